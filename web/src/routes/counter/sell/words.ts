// How a line of a cart is called, for the screen, the slip and those who listen.
import type { CartLine } from '$lib/menu/cart';
import type { Catalogue } from '$lib/menu/catalogue';
import { chosenIn, type Choice } from '$lib/menu/price';

/** "Latte L": the size only where there is a choice. */
export function sizedName(catalogue: Catalogue, variationId: string): string {
	const sized = catalogue.sized(variationId);
	if (!sized) return '';
	return catalogue.sizes(sized.item).length > 1 ? `${sized.item.name} ${sized.variation.name}` : sized.item.name;
}

/** What was chosen otherwise than it comes: "oat, 2 × shot". */
export function said(catalogue: Catalogue, variationId: string, choices: readonly Choice[]): string[] {
	const sized = catalogue.sized(variationId);
	if (!sized) return [];
	return catalogue.groupsOf(sized.item).flatMap((group) =>
		chosenIn(group, choices)
			.filter((choice) => !group.modifiers.find((m) => m.id === choice.id)?.is_default || choice.quantity > 1)
			.map((choice) => {
				const name = group.modifiers.find((m) => m.id === choice.id)?.name ?? '';
				return choice.quantity > 1 ? `${choice.quantity} × ${name}` : name;
			})
	);
}

export function lineName(catalogue: Catalogue, line: CartLine): string {
	if (line.combo) return catalogue.combos.find((combo) => combo.id === line.combo!.comboId)?.name ?? '';
	return sizedName(catalogue, line.variationId);
}

export function lineSaid(catalogue: Catalogue, line: CartLine): string[] {
	if (!line.combo) return said(catalogue, line.variationId, line.choices);
	return line.combo.parts.map((part) =>
		[sizedName(catalogue, part.variationId), ...said(catalogue, part.variationId, part.choices)].join(', ')
	);
}
