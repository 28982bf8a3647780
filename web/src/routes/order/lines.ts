// A customer's cart in words and figures: what a line is called, what the server's quote says of it, what else there is.
import type { Schemas } from '$api/client';
import { lineUnitPrice, requestOf, type Cart, type CartLine } from '$lib/menu/cart';
import type { Catalogue, Item } from '$lib/menu/catalogue';
import { chosenIn, modifiersPrice, type Choice, type LocalMoment } from '$lib/menu/price';

export type Order = Schemas['Order'];

/** What is said of one unit: "Latte", "L, oat, extra shot". Defaults go without saying. */
export function wordsOf(catalogue: Catalogue, line: CartLine): { name: string; detail: string[] } {
	if (line.combo) {
		const combo = catalogue.combos.find((c) => c.id === line.combo!.comboId);
		const parts = line.combo.parts.map((part) => partWords(catalogue, part.variationId, part.choices).flat().join(', '));
		return { name: combo?.name ?? '', detail: parts };
	}
	const [name, detail] = partWords(catalogue, line.variationId, line.choices);
	return { name: name[0] ?? '', detail };
}

function partWords(catalogue: Catalogue, variationId: string, choices: readonly Choice[]): [string[], string[]] {
	const sized = catalogue.sized(variationId);
	if (!sized) return [[], []];
	const size = catalogue.sizes(sized.item).length > 1 ? [sized.variation.name] : [];
	return [[sized.item.name], [...size, ...choiceNames(catalogue, sized.item, choices)]];
}

/** The names of what was chosen against the default. */
export function choiceNames(catalogue: Catalogue, item: Item, choices: readonly Choice[]): string[] {
	return catalogue.groupsOf(item).flatMap((group) =>
		chosenIn(group, choices).flatMap(({ id, quantity }) => {
			const modifier = group.modifiers.find((m) => m.id === id);
			if (!modifier || (modifier.is_default && quantity === 1)) return [];
			return [quantity > 1 ? `${quantity} × ${modifier.name}` : modifier.name];
		})
	);
}

/** Units as the limit for phones counts them: each part of a combo is one. */
export const unitsToMake = (cart: Cart) =>
	cart.lines.reduce((n, line) => n + line.quantity * (line.combo ? line.combo.parts.length : 1), 0);

export interface QuotedLine {
	/** One unit, a combo's parts together. */
	unit: number;
	/** All units, after discounts, before tax that comes on top. */
	amount: number;
	window: string;
	allergens: string[];
	/** Nobody can say what is in it. */
	unknown: boolean;
}

/** The quote's lines put back together, by the cart's; empty when it is the quote of another cart. */
export function quotedLines(cart: Cart, quote: Order): QuotedLine[] {
	const owner = requestOf(cart);
	if (owner.length !== quote.lines.length) return [];
	const out: QuotedLine[] = cart.lines.map(() => ({ unit: 0, amount: 0, window: '', allergens: [], unknown: false }));
	quote.lines.forEach((line, i) => {
		const into = out[owner[i]!]!;
		into.unit += line.unit_price;
		into.amount += line.amount;
		into.window ||= line.price_window;
		into.unknown ||= line.allergens_unknown;
		into.allergens = [...new Set([...into.allergens, ...line.allergens])].sort();
	});
	return out;
}

/**
 * What to take instead of something that is gone: other things of its category that can be had, nearest in price first.
 */
export function alternatives(catalogue: Catalogue, gone: CartLine, now: LocalMoment, limit = 3): Item[] {
	const item = catalogue.sized(gone.variationId)?.item ?? catalogue.menu.items.find((i) => i.variations.some((v) => v.id === gone.variationId));
	if (!item) return [];
	const price = (of: Item) => lineUnitPrice(catalogue, { ...gone, variationId: catalogue.usualSize(of).id, choices: [] }, now);
	const wanted = catalogue.sized(gone.variationId)
		? lineUnitPrice(catalogue, gone, now) - modifiersPrice(catalogue, gone.variationId, gone.choices)
		: (item.variations.find((v) => v.id === gone.variationId)?.price?.amount ?? 0);
	return catalogue
		.itemsOf(item.category_id)
		.filter((other) => other.id !== item.id && !catalogue.isItemOut(other))
		.map((other) => ({ other, away: Math.abs(price(other) - wanted) }))
		.sort((a, b) => a.away - b.away)
		.slice(0, limit)
		.map(({ other }) => other);
}
