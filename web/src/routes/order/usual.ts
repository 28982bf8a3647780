// "The usual": what this phone orders in a café, as long as it can be had.
import type { Cart, CartLine } from '$lib/menu/cart';
import { troubles } from '$lib/menu/cart';
import type { Catalogue } from '$lib/menu/catalogue';
import type { Choice } from '$lib/menu/price';

/** An order that this phone has placed. */
export interface Placed {
	id: string;
	cafeId: string;
	cafeName: string;
	callNumber: string;
	/** ms since 1970. */
	placedAt: number;
	service: Cart['service'];
	lines: CartLine[];
}

/** How far back it is counted. */
const remembered = 20;

const choicesKey = (choices: readonly Choice[]) => choices.map((c) => `${c.id}×${c.quantity}`).sort();

/** The same things in any order are the same order; notes belong to it, "less foam" is part of a usual. */
export function sameness(lines: readonly CartLine[]): string {
	return JSON.stringify(
		lines
			.map((line) =>
				JSON.stringify([
					line.variationId, choicesKey(line.choices), line.quantity, line.note, line.combo?.comboId ?? '',
					(line.combo?.parts ?? []).map((part) => [part.slotId, part.variationId, choicesKey(part.choices)])
				])
			)
			.sort()
	);
}

/** What was ordered most among the last orders here, the latest of equals; of those that can be had now. */
export function usualOf(placed: readonly Placed[], cafeId: string, catalogue: Catalogue): Placed | null {
	const here = placed
		.filter((order) => order.cafeId === cafeId && order.lines.length > 0)
		.sort((a, b) => b.placedAt - a.placedAt)
		.slice(0, remembered);
	const counted = new Map<string, { order: Placed; times: number }>();
	for (const order of here) {
		const key = sameness(order.lines);
		const known = counted.get(key);
		if (known) known.times++;
		else counted.set(key, { order, times: 1 });
	}
	const ranked = [...counted.values()].sort((a, b) => b.times - a.times);
	return ranked.find(({ order }) => sold(catalogue, order.lines))?.order ?? null;
}

function sold(catalogue: Catalogue, lines: CartLine[]): boolean {
	const cart: Cart = { id: '', cafeId: '', release: 0, service: '', lines, name: '', note: '', table: '', openedAt: 0 };
	return troubles(catalogue, cart).length === 0;
}
