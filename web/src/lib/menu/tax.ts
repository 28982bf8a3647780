// Which taxes a cart has, and what they come to, before the server has priced it: as service/order/price/tax.go does, for
// showing only. Discounts are the server's to share out, and so is the unit that a combo of several rates does not divide by.
import type { Schemas } from '$api/client';
import { lineUnitPrice, type Cart, type CartLine } from './cart';
import type { Catalogue } from './catalogue';
import { basePrice, modifiersPrice, type LocalMoment } from './price';

export interface TaxRow {
	/** Basis points. */
	rate: number;
	/** Minor units. */
	tax: number;
}

/** The rate of an item in a café, basis points; what the café does not name is untaxed. */
function rateOf(profile: Schemas['TaxProfile'], code: string | undefined, service: string): number {
	const found = profile.rates?.find((rate) => rate.code === (code || 'standard'));
	return (service === 'take_away' ? found?.take_away : found?.eat_in) ?? 0;
}

/** What one unit of a line is made of: variation → minor units. A combo's price is shared by what its parts cost alone. */
function parts(catalogue: Catalogue, line: CartLine, now: LocalMoment): { variationId: string; amount: number }[] {
	if (!line.combo) return [{ variationId: line.variationId, amount: lineUnitPrice(catalogue, line, now) }];
	const price = catalogue.combos.find((combo) => combo.id === line.combo!.comboId)?.price?.amount ?? 0;
	const alone = line.combo.parts.map((part) => {
		const sized = catalogue.sized(part.variationId);
		return sized ? Math.max(0, basePrice(sized.variation, now).amount) : 0;
	});
	const all = alone.reduce((sum, amount) => sum + amount, 0) || 1;
	let before = 0;
	return line.combo.parts.map((part, i) => {
		const from = Math.floor((price * before) / all);
		before += alone[i]!;
		const share = Math.floor((price * before) / all) - from;
		return { variationId: part.variationId, amount: share + modifiersPrice(catalogue, part.variationId, part.choices) };
	});
}

const halfUp = (dividend: number, divisor: number) => Math.floor((2 * dividend + divisor) / (2 * divisor));

/** A row for each rate above nothing, the lowest first, rounded once per rate. */
export function taxRows(catalogue: Catalogue, cart: Cart, profile: Schemas['TaxProfile'], service: string, now: LocalMoment): TaxRow[] {
	const amounts = new Map<number, number>();
	for (const line of cart.lines) {
		for (const part of parts(catalogue, line, now)) {
			const rate = rateOf(profile, catalogue.sized(part.variationId)?.item.tax_code, service);
			amounts.set(rate, (amounts.get(rate) ?? 0) + line.quantity * part.amount);
		}
	}
	return [...amounts]
		.filter(([rate]) => rate > 0)
		.sort(([a], [b]) => a - b)
		.map(([rate, amount]) => ({ rate, tax: halfUp(amount * rate, profile.mode === 'exclusive' ? 10_000 : 10_000 + rate) }));
}
