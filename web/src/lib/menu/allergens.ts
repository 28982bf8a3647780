// The allergens of a choice, worked out on the screen from what inventory publishes. It leans to saying too much; the
// server's quote is the authority.
import type { Schemas } from '$api/client';
import type { Catalogue } from './catalogue';
import { chosenIn, type Choice } from './price';

export type Allergens = Schemas['Allergens'];

/** Null: nobody wrote a recipe, so nobody knows. */
export function allergensOf(
	catalogue: Catalogue,
	allergens: Allergens,
	variationId: string,
	choices: readonly Choice[],
	service: 'eat_in' | 'take_away'
): string[] | null {
	const recipe = allergens.variations.find((v) => v.variation_id === variationId);
	const sized = catalogue.sized(variationId);
	if (!recipe || !sized) return null;
	const applies = (slot: { only: string }) => slot.only === '' || slot.only === service;
	// A slot may have lines for every service and others for one only: what applies counts together.
	const slots = new Map<string, string[]>();
	for (const slot of recipe.slots.filter(applies)) slots.set(slot.slot, [...(slots.get(slot.slot) ?? []), ...slot.allergens]);
	const added: string[] = [];
	for (const group of catalogue.groupsOf(sized.item)) {
		for (const choice of chosenIn(group, choices)) {
			const effect = allergens.modifiers.find((m) => m.modifier_id === choice.id);
			for (const slot of effect?.replaces_slots ?? []) {
				if (applies(slot) && slots.has(slot.slot)) slots.set(slot.slot, slot.allergens);
			}
			added.push(...(effect?.adds ?? []));
		}
	}
	return [...new Set([...slots.values()].flat().concat(added))].sort();
}
