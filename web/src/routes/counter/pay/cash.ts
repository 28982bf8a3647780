// The arithmetic of taking money: what to offer, what to give back, how to share. Minor units in integers throughout.
import { exponent } from '$lib/format';

export interface TenderDraft {
	/** Made here, unique for ever: the same tender sent twice is one tender. */
	id: string;
	kind: 'cash' | 'card';
	/** What it pays of the order. */
	amount: number;
	/** Cash handed over; 0 when it was exact, and for a card. */
	tendered: number;
	tip: number;
	/** What the outside terminal printed. */
	reference: string;
}

/** Notes and coins, largest first, in the currency's main unit. Others are counted 1-2-5, which fits nearly all. */
const notes: Record<string, number[]> = {
	MAD: [200, 100, 50, 20],
	EUR: [200, 100, 50, 20, 10, 5],
	USD: [100, 50, 20, 10, 5, 1],
	GBP: [50, 20, 10, 5],
	TND: [50, 20, 10, 5]
};
const coins: Record<string, number[]> = {
	MAD: [10, 5, 2, 1, 0.5, 0.2, 0.1],
	EUR: [2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01],
	USD: [0.25, 0.1, 0.05, 0.01],
	GBP: [2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01],
	TND: [2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005]
};
const otherNotes = [10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10];
const otherCoins = [5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01];

export interface Piece {
	/** Minor units. */
	value: number;
	coin: boolean;
}

/** The fewest pieces by hand: the largest first. A hint for the drawer, at most `most` pieces; empty when it takes more. */
export function pieces(change: number, currency: string, most = 8): Piece[] {
	const unit = 10 ** exponent(currency);
	const all = [
		...(notes[currency] ?? otherNotes).map((n) => ({ value: Math.round(n * unit), coin: false })),
		...(coins[currency] ?? otherCoins).map((n) => ({ value: Math.round(n * unit), coin: true }))
	].filter((piece) => piece.value >= 1);
	const found: Piece[] = [];
	let rest = change;
	for (const piece of all) {
		while (rest >= piece.value) {
			if (found.length === most) return [];
			found.push(piece);
			rest -= piece.value;
		}
	}
	return rest === 0 ? found : [];
}

export interface QuickAmount {
	/** Minor units. */
	value: number;
	/** What it is rounded up to, in the main unit; 0: exact. */
	step: number;
}

/** What people put down: the exact amount, then the next 10, 50, 100 and 200 (hundreds where there are no cents). */
export function quickAmounts(due: number, currency: string, most = 5): QuickAmount[] {
	const digits = exponent(currency);
	const steps = digits === 0 ? [100, 500, 1_000, 5_000, 10_000] : [10, 50, 100, 200];
	const found: QuickAmount[] = [{ value: due, step: 0 }];
	for (const step of steps) {
		const size = step * 10 ** digits;
		const value = Math.ceil(due / size) * size;
		if (value > 0 && !found.some((quick) => quick.value === value)) found.push({ value, step });
	}
	return found.slice(0, most);
}

/** Shares an amount in n parts that differ by at most one unit, larger ones first; their sum is the amount. */
export function shares(amount: number, n: number): number[] {
	const part = Math.floor(amount / n);
	const larger = amount - part * n;
	return Array.from({ length: n }, (_, i) => part + (i < larger ? 1 : 0));
}

export interface Part {
	kind: 'cash' | 'card';
	/** What is to be paid in this part. */
	wanted: number;
	/** Typed: cash on the table, or what the card pays; null: exactly what is wanted. */
	typed: number | null;
	tip: number;
}

export interface Outcome {
	amount: number;
	tendered: number;
	change: number;
	/** Still wanted after it. */
	short: number;
	/** It can be taken. */
	good: boolean;
}

/** What becomes of a part. Less than wanted is a part payment; with cash, more is change; a card pays no more than wanted. */
export function outcome({ kind, wanted, typed, tip }: Part): Outcome {
	if (kind === 'card') {
		const amount = Math.min(typed ?? wanted, wanted);
		return { amount, tendered: 0, change: 0, short: wanted - amount, good: amount > 0 };
	}
	const given = typed ?? wanted + tip;
	const amount = Math.min(wanted, given - tip);
	const change = Math.max(0, given - tip - wanted);
	return { amount: Math.max(0, amount), tendered: typed === null ? 0 : given, change, short: wanted - Math.max(0, amount), good: amount > 0 };
}

export const sumOf = (tenders: readonly TenderDraft[]) => tenders.reduce((sum, tender) => sum + tender.amount, 0);

/** Cash to give back over all tenders. */
export const changeOf = (tenders: readonly TenderDraft[]) =>
	tenders.reduce((sum, tender) => sum + (tender.tendered ? tender.tendered - tender.amount - tender.tip : 0), 0);

/** Digits as they are typed on the pad, minor units without leading zeros; null when it grows too long. */
export function typeDigits(text: string, digits: string): string {
	const next = (text + digits).replace(/^0+/, '');
	return next.length > 9 ? text : next;
}
