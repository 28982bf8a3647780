// Sums of the contract, where a zero may be left out, as whole values.
import type { Schemas } from '$api/client';
import type { Money } from './format';

/** An amount of the server's with nothing left out. */
export function sum(of: Schemas['Money']): Money {
	return { amount: of.amount ?? 0, currency: of.currency ?? '' };
}

/** The one in a currency out of a price in several. */
export function inCurrency(prices: readonly Schemas['Money'][] | undefined, currency: string): number | null {
	const found = prices?.find((one) => one.currency === currency);
	return found ? (found.amount ?? 0) : null;
}
