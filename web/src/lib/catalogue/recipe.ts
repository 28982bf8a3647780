// Recipes as a form edits them: a line may be half typed.
import type { Schemas } from '$api/client';

export interface DraftLine {
	slot: string;
	ingredient_id: string;
	quantity: number | null;
	only: string;
}

type Service = '' | 'eat_in' | 'take_away';

export const draftLines = (lines: readonly Schemas['RecipeLine'][] = []): DraftLine[] =>
	lines.map((line) => ({ slot: line.slot ?? '', ingredient_id: line.ingredient_id ?? '', quantity: line.quantity ?? null, only: line.only ?? '' }));

export const slotFault = (slot: string): boolean => slot !== '' && !/^[a-z][a-z0-9_]{0,31}$/.test(slot);

/** What the server takes: whole lines only. A slot that was not named is called after its ingredient's place. */
export function sentLines(lines: readonly DraftLine[]): Schemas['RecipeLine'][] {
	return lines
		.filter((line) => line.ingredient_id && line.quantity)
		.map((line, i) => ({ slot: line.slot || `part_${i + 1}`, ingredient_id: line.ingredient_id, quantity: line.quantity!, only: line.only as Service }));
}

/** Why these lines cannot be saved: a line without its ingredient or quantity, a slot's name, one ingredient twice. */
export function linesFault(lines: readonly DraftLine[], slots = true): 'unfinished' | 'slot' | 'twice' | null {
	const seen = new Set<string>();
	for (const line of lines) {
		if (!line.ingredient_id || !line.quantity) return 'unfinished';
		if (slots && (!line.slot || slotFault(line.slot))) return 'slot';
		const key = `${slots ? line.slot : ''}/${line.ingredient_id}/${line.only}`;
		if (seen.has(key)) return 'twice';
		seen.add(key);
	}
	return null;
}
