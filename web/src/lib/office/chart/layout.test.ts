import { describe, expect, it } from 'vitest';
import { lengths, sharesOf, spread, ticks } from './layout';

describe('labels keep apart', () => {
	it.each<[number[], number, number[]]>([
		[[10, 50, 90], 20, [10, 50, 90]],
		[[50, 52, 54], 20, [50, 70, 90]],
		[[54, 50, 52], 20, [90, 50, 70]],
		[[95, 96, 97], 20, [60, 80, 100]],
		[[-5, 200], 20, [0, 100]],
		[[], 20, []]
	])('%j', (wanted, gap, want) => expect(spread(wanted, gap, 0, 100)).toEqual(want));
});

it('ticks end with the last and fit', () => {
	expect(ticks(15, 600, 60)).toEqual([0, 2, 4, 6, 8, 10, 12, 14]);
	expect(ticks(31, 200, 60)).toEqual([8, 19, 30]);
	expect(ticks(1, 50, 60)).toEqual([0]);
	expect(ticks(0, 50, 60)).toEqual([]);
});

it('bars are shares of the longest', () => {
	expect(lengths([5, 10, 0])).toEqual([50, 100, 0]);
	expect(lengths([0, 0])).toEqual([0, 0]);
	expect(lengths([-5, 10])).toEqual([0, 100]);
});

it.each<[number[], number[]]>([
	[[1, 1, 1], [3334, 3333, 3333]],
	[[52, 48], [5200, 4800]],
	[[0, 0], [0, 0]],
	[[], []],
	[[5, -1], [10000, 0]]
])('shares of %j', (values, want) => expect(sharesOf(values)).toEqual(want));
