// Where things stand on a chart. Pure.

/**
 * Positions of labels that must not lie over each other: as near as they can be to where they belong, at least `gap`
 * apart, between `from` and `to`. In the order given.
 */
export function spread(wanted: readonly number[], gap: number, from: number, to: number): number[] {
	const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]! || a - b);
	const placed = order.map((i) => Math.min(to, Math.max(from, wanted[i]!)));
	// Down the page each keeps its distance; then from the bottom up, where that ran over the end.
	for (let i = 1; i < placed.length; i++) placed[i] = Math.max(placed[i]!, placed[i - 1]! + gap);
	for (let i = placed.length - 1, limit = to; i >= 0; i--, limit = placed[i + 1]! - gap) placed[i] = Math.min(placed[i]!, limit);
	const result: number[] = [];
	order.forEach((original, i) => (result[original] = placed[i]!));
	return result;
}

/** Which of n places get a tick: the first, the last, and evenly between, no more than fit. */
export function ticks(n: number, width: number, each: number): number[] {
	if (n <= 0) return [];
	const step = Math.max(1, Math.ceil(n / Math.max(1, Math.floor(width / each))));
	const found: number[] = [];
	for (let i = n - 1; i >= 0; i -= step) found.unshift(i);
	return found;
}

/** Shares of a whole in percent of the longest, for bars; nothing has no length. */
export function lengths(values: readonly number[]): number[] {
	const longest = Math.max(0, ...values);
	return values.map((value) => (longest > 0 ? Math.max(0, (value / longest) * 100) : 0));
}

/** Shares of a whole in basis points that sum to 10,000, the rest given by largest remainder; of nothing, zeros. */
export function sharesOf(values: readonly number[]): number[] {
	const whole = values.reduce((sum, value) => sum + Math.max(0, value), 0);
	if (whole <= 0) return values.map(() => 0);
	const exact = values.map((value) => (Math.max(0, value) * 10_000) / whole);
	const shares = exact.map(Math.floor);
	const order = exact.map((_, i) => i).sort((a, b) => exact[b]! - shares[b]! - (exact[a]! - shares[a]!) || a - b);
	for (let left = 10_000 - shares.reduce((sum, share) => sum + share, 0), i = 0; left > 0; left--, i++) shares[order[i % order.length]!]!++;
	return shares;
}
