// What needs a hand in a stock room, in the order in which somebody should look at it.
import type { Schemas } from '$api/client';

export type StockLine = Schemas['StockLine'];

export interface Need {
	line: StockLine;
	/** runs_out: within a day. out: nothing left. negative: the books are wrong. low: at or under its reorder point. */
	kind: 'runs_out' | 'out' | 'negative' | 'low';
}

const day = 24 * 60 * 60 * 1000;
const order: Record<Need['kind'], number> = { out: 0, runs_out: 0, negative: 1, low: 2 };

export function needOf(line: StockLine, now: number): Need['kind'] | null {
	if (line.on_hand < 0) return 'negative';
	const wanted = line.par > 0 || line.reorder_point > 0 || line.used_per_day > 0;
	if (line.on_hand === 0) return wanted ? 'out' : null;
	if (line.runs_out_at && Date.parse(line.runs_out_at) - now < day) return 'runs_out';
	return line.low ? 'low' : null;
}

export function needsHand(lines: readonly StockLine[], now: number): Need[] {
	const when = (need: Need) => (need.kind === 'out' ? 0 : need.line.runs_out_at ? Date.parse(need.line.runs_out_at) : Infinity);
	return lines
		.flatMap((line): Need[] => {
			const kind = needOf(line, now);
			return kind ? [{ line, kind }] : [];
		})
		.sort((a, b) => order[a.kind] - order[b.kind] || byTime(when(a), when(b)) || share(a.line) - share(b.line) || byName(a.line, b.line));
}

const byTime = (a: number, b: number) => (a === b ? 0 : a < b ? -1 : 1);
const byName = (a: StockLine, b: StockLine) => a.ingredient_name.localeCompare(b.ingredient_name);

/** On hand as a share of par, for sorting and bars; without a par, of the reorder point, else as if it were full. */
export function share(line: StockLine): number {
	const full = line.par || line.reorder_point;
	return full > 0 ? line.on_hand / full : 1;
}

/** The table: what is lowest against its par first, then by name. */
export function lowestFirst(lines: readonly StockLine[]): StockLine[] {
	const rank = (line: StockLine) => (line.on_hand < 0 || line.low ? 0 : 1);
	return [...lines].sort((a, b) => rank(a) - rank(b) || (rank(a) === 0 ? share(a) - share(b) : 0) || byName(a, b));
}

export interface Bar {
	/** Percent of the whole width. */
	fill: number;
	/** Where the reorder point stands; null without one. */
	mark: number | null;
	tone: 'late' | 'warn' | 'calm';
}

export function bar(line: StockLine, now: number): Bar {
	const full = Math.max(line.par, line.reorder_point, line.par ? 0 : line.on_hand, 1);
	const kind = needOf(line, now);
	return {
		fill: Math.max(0, Math.min(100, (line.on_hand * 100) / full)),
		mark: line.reorder_point > 0 ? Math.min(100, (line.reorder_point * 100) / full) : null,
		tone: kind === 'out' || kind === 'runs_out' ? 'late' : kind ? 'warn' : 'calm'
	};
}

/** How much brings a line back to its par; the least that one asks for when it has none. */
export function missing(line: StockLine): number {
	return Math.max(0, line.par - line.on_hand);
}
