// What a board takes from the menu to read a ticket better: which modifiers say only what everybody gets, and which put
// another ingredient in the place of the usual one. Tickets carry names, so this goes by name, and where a name could
// mean two things it says nothing.
import type { Schemas } from '$api/client';

export interface Knowledge {
	/** By item: names of modifiers that come by default and so need no reading. */
	usual: ReadonlyMap<string, ReadonlySet<string>>;
	/** By modifier: the slot of the recipe that it fills with something else. */
	replaces: ReadonlyMap<string, string>;
	stations: readonly string[];
}

export const knowsNothing: Knowledge = { usual: new Map(), replaces: new Map(), stations: [] };

/** "2 × Extra shot" as the ticket writes it. */
export function modifierOf(text: string): { name: string; count: number } {
	const found = /^(\d+) × (.+)$/.exec(text);
	return found ? { name: found[2]!, count: Number(found[1]) } : { name: text, count: 1 };
}

export function knowledgeOf(menu: Schemas['Menu'], allergens: Schemas['Allergens'] | null): Knowledge {
	const groups = new Map((menu.modifier_groups ?? []).map((group) => [group.id, group]));
	const usual = new Map<string, Set<string>>();
	for (const item of menu.items ?? []) {
		const offered = item.modifier_group_ids.flatMap((id) => groups.get(id)?.modifiers ?? []);
		const names = new Set(
			offered.filter((m) => m.is_default && !offered.some((o) => o.name === m.name && !o.is_default)).map((m) => m.name)
		);
		const had = usual.get(item.name);
		usual.set(item.name, had ? new Set([...had].filter((name) => names.has(name))) : names);
	}
	const replaces = new Map<string, string>();
	const slots = new Map((allergens?.modifiers ?? []).map((m) => [m.modifier_id, m.replaces_slots[0]?.slot]));
	for (const group of groups.values()) {
		for (const modifier of group.modifiers) {
			const slot = slots.get(modifier.id);
			if (slot && !modifier.is_default) replaces.set(modifier.name, slot);
		}
	}
	return { usual, replaces, stations: [...new Set((menu.items ?? []).map((item) => item.station).filter(Boolean))] };
}

/** The modifiers of a line that have to be read. */
export function telling(item: string, modifiers: readonly string[], knowledge: Knowledge): string[] {
	const usual = knowledge.usual.get(item);
	return modifiers.filter((text) => !usual?.has(text));
}
