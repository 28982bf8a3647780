import { describe, expect, test } from 'vitest';
import { bar, lowestFirst, missing, needOf, needsHand, type StockLine } from './needs';

const now = Date.parse('2026-11-22T11:42:00Z');
const line = (name: string, more: Partial<StockLine> = {}): StockLine => ({
	cafe_id: 'c', ingredient_id: name, ingredient_name: name, unit: 'ml', counted: false, on_hand: 5000, par: 10_000, reorder_point: 2000,
	low: false, used_today: 0, used_per_day: 1000, ...more
});

describe('what needs a hand', () => {
	test.each([
		['plenty', line('a'), null],
		['below zero', line('a', { on_hand: -400, low: true }), 'negative'],
		['nothing left', line('a', { on_hand: 0, low: true }), 'out'],
		['nothing left of what nobody wants', line('a', { on_hand: 0, par: 0, reorder_point: 0, used_per_day: 0 }), null],
		['runs out this afternoon', line('a', { runs_out_at: '2026-11-22T14:20:00Z' }), 'runs_out'],
		['runs out in three days', line('a', { runs_out_at: '2026-11-25T14:20:00Z' }), null],
		['runs out in three days, and is low', line('a', { runs_out_at: '2026-11-25T14:20:00Z', low: true }), 'low']
	] as const)('%s', (_what, stock, want) => expect(needOf(stock, now)).toBe(want));

	test('first what stops a sale soonest, then wrong books, then what to order', () => {
		const needs = needsHand(
			[
				line('low', { low: true, on_hand: 1000 }),
				line('lower', { low: true, on_hand: 500 }),
				line('wrong', { on_hand: -400 }),
				line('later', { runs_out_at: '2026-11-22T20:00:00Z' }),
				line('sooner', { runs_out_at: '2026-11-22T14:20:00Z' }),
				line('gone', { on_hand: 0 }),
				line('fine')
			],
			now
		);
		expect(needs.map((need) => need.line.ingredient_name)).toEqual(['gone', 'sooner', 'later', 'wrong', 'lower', 'low']);
	});
});

test('the table begins with what is lowest', () => {
	const lines = [line('B'), line('A'), line('low', { low: true, on_hand: 1000 }), line('minus', { on_hand: -1 })];
	expect(lowestFirst(lines).map((one) => one.ingredient_name)).toEqual(['minus', 'low', 'A', 'B']);
});

test('bars stay within their track', () => {
	expect(bar(line('a'), now)).toEqual({ fill: 50, mark: 20, tone: 'calm' });
	expect(bar(line('a', { on_hand: 50_000 }), now).fill).toBe(100);
	expect(bar(line('a', { on_hand: -50 }), now)).toMatchObject({ fill: 0, tone: 'warn' });
	expect(bar(line('a', { par: 0, reorder_point: 0 }), now)).toEqual({ fill: 100, mark: null, tone: 'calm' });
	expect(missing(line('a', { on_hand: -50 }))).toBe(10_050);
});
