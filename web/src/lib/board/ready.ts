// The public board between two polls: what is new, and in which order numbers stand.
import type { Schemas } from '$api/client';

export type Entry = Schemas['ReadyEntry'];

export interface Shown {
	number: string;
	name: string;
	/** When this board first saw it ready (ms). */
	since: number;
}

/** For this long a number that has just become ready is drawn with emphasis. */
export const freshFor = 12_000;
/** After this long without an answer nothing on the board is true any more. */
export const staleAfter = 15_000;

/**
 * The ready numbers, newest first, each with when it came. Two entries of one number (an order and its remake) are one
 * number to a guest. `first` is the first look: what was ready before is not news.
 */
export function readyNow(before: readonly Shown[], entries: readonly Entry[], now: number, first: boolean): Shown[] {
	const known = new Map(before.map((shown) => [shown.number, shown]));
	const all = new Map<string, Shown>();
	for (const entry of entries) {
		if (all.has(entry.call_number)) continue;
		const had = known.get(entry.call_number);
		all.set(entry.call_number, {
			number: entry.call_number,
			name: entry.first_name,
			since: had ? had.since : first ? now - freshFor : now
		});
	}
	// Of those that came together, the one that was begun last is the newest.
	return [...all.values()].reverse().sort((a, b) => b.since - a.since);
}

/** What nobody waits for in the room yet: a pick-up that is promised further away than this. */
export const soon = 30 * 60_000;

/** What is being made, without the numbers that are ready already in part. */
export function makingNow(entries: readonly Entry[], ready: readonly Shown[], now: number): Entry[] {
	const seen = new Set(ready.map((shown) => shown.number));
	return entries.filter(
		(entry) =>
			!(entry.promised_at && Date.parse(entry.promised_at) - now > soon) &&
			!seen.has(entry.call_number) &&
			seen.add(entry.call_number)
	);
}

export const isFresh = (shown: Shown, now: number): boolean => now - shown.since < freshFor;
export const isStale = (heardAt: number, now: number): boolean => now - heardAt > staleAfter;

/**
 * Rows and columns for so many numbers in a field of this shape (width over height), as few and so as large as
 * possible; `shape` is that of one number.
 */
export function fit(count: number, field: number, shape: number, most = 4): { columns: number; rows: number } {
	let best = { columns: 1, rows: Math.max(1, count) };
	let size = 0;
	for (let columns = 1; columns <= most; columns++) {
		const rows = Math.max(1, Math.ceil(count / columns));
		const width = field / columns;
		const height = 1 / rows;
		const fits = Math.min(width / shape, height);
		if (fits > size + 1e-9) {
			size = fits;
			best = { columns, rows };
		}
	}
	return best;
}
