// "All day": what is to make now, counted over all tickets, and which drinks can share a jug.
import { linesOf, toMake } from './sorting';
import type { Ticket, TicketLine } from './types';
import { modifierOf, type Knowledge } from './knowledge';

export interface Count {
	name: string;
	count: number;
}

export interface Same extends Count {
	slot: string;
	/** It is milk: steam it in one jug. */
	jug: boolean;
}

export interface AllDay {
	items: Count[];
	/** Ingredients that come instead of the usual one, in drinks still to make. */
	same: Same[];
}

const milk = /milk|lait|leche|latte|حليب/i;

const most = (a: Count, b: Count): number => b.count - a.count || a.name.localeCompare(b.name);

export function allDay(tickets: Iterable<Ticket>, station: string, knowledge: Knowledge): AllDay {
	const items = new Map<string, number>();
	const same = new Map<string, Same>();
	for (const ticket of tickets) {
		for (const line of linesOf(ticket, station).filter(toMake)) {
			items.set(line.item_name, (items.get(line.item_name) ?? 0) + line.quantity);
			for (const { name, slot } of substitutes(line, knowledge)) {
				const found = same.get(name) ?? { name, slot, jug: milk.test(slot), count: 0 };
				found.count += line.quantity;
				same.set(name, found);
			}
		}
	}
	return { items: [...items].map(([name, count]) => ({ name, count })).sort(most), same: [...same.values()].sort(most) };
}

function substitutes(line: TicketLine, knowledge: Knowledge): { name: string; slot: string }[] {
	return line.modifiers.flatMap((text) => {
		const { name } = modifierOf(text);
		const slot = knowledge.replaces.get(name);
		return slot ? [{ name, slot }] : [];
	});
}

/** The first few of a list, and how many units the others are. */
export function head(counts: readonly Count[], most: number): { shown: Count[]; rest: number } {
	if (counts.length <= most) return { shown: [...counts], rest: 0 };
	const shown = counts.slice(0, most - 1);
	return { shown, rest: counts.slice(most - 1).reduce((sum, { count }) => sum + count, 0) };
}
