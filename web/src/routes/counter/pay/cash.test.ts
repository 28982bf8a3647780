import { describe, expect, it } from 'vitest';
import { changeOf, outcome, pieces, quickAmounts, shares, typeDigits } from './cash';

describe('quickAmounts', () => {
	it.each([
		[10300, 'MAD', [10300, 11000, 15000, 20000]],
		[5000, 'MAD', [5000, 10000, 20000]],
		[20000, 'MAD', [20000]],
		[20100, 'MAD', [20100, 21000, 25000, 30000, 40000]],
		[12345, 'TND', [12345, 20000, 50000, 100000, 200000]],
		[480, 'JPY', [480, 500, 1000, 5000, 10000]]
	])('%i %s', (due, currency, want) => {
		expect(quickAmounts(due, currency).map((quick) => quick.value)).toEqual(want);
	});
});

describe('pieces', () => {
	it.each([
		[9700, 'MAD', [5000, 2000, 2000, 500, 200]],
		[1, 'MAD', []], // no coin so small
		[0, 'MAD', []],
		[387, 'EUR', [200, 100, 50, 20, 10, 5, 2]],
		[520, 'JPY', [500, 20]],
		[1500, 'TND', [1000, 500]]
	])('%i %s', (change, currency, want) => {
		expect(pieces(change, currency).map((piece) => piece.value)).toEqual(want);
	});
	it('gives up when it takes a handful', () => expect(pieces(5000, 'MAD', 0)).toEqual([]));
});

describe('shares', () => {
	it.each([
		[10300, 2, [5150, 5150]],
		[10300, 3, [3434, 3433, 3433]],
		[1, 3, [1, 0, 0]],
		[0, 2, [0, 0]]
	])('%i by %i', (amount, n, want) => expect(shares(amount, n)).toEqual(want));
});

describe('outcome', () => {
	it.each([
		['exact cash', 'cash', 10300, null, 0, { amount: 10300, tendered: 0, change: 0, short: 0, good: true }],
		['cash with change', 'cash', 10300, 20000, 0, { amount: 10300, tendered: 20000, change: 9700, short: 0, good: true }],
		['the tip comes out of the change', 'cash', 10300, 20000, 700, { amount: 10300, tendered: 20000, change: 9000, short: 0, good: true }],
		['exact cash and a tip', 'cash', 10300, null, 700, { amount: 10300, tendered: 0, change: 0, short: 0, good: true }],
		['too little cash is a part', 'cash', 10300, 5000, 0, { amount: 5000, tendered: 5000, change: 0, short: 5300, good: true }],
		['nothing but a tip', 'cash', 10300, 500, 500, { amount: 0, tendered: 500, change: 0, short: 10300, good: false }],
		['card', 'card', 10300, null, 500, { amount: 10300, tendered: 0, change: 0, short: 0, good: true }],
		['a card pays a part', 'card', 10300, 5000, 0, { amount: 5000, tendered: 0, change: 0, short: 5300, good: true }],
		['a card never pays more', 'card', 10300, 99900, 0, { amount: 10300, tendered: 0, change: 0, short: 0, good: true }],
		['nothing', 'card', 10300, 0, 0, { amount: 0, tendered: 0, change: 0, short: 10300, good: false }]
	] as const)('%s', (_, kind, wanted, typed, tip, want) => expect(outcome({ kind, wanted, typed, tip })).toEqual(want));
});

it('adds up the change of what was taken', () => {
	const tender = { id: '', reference: '', kind: 'cash' as const };
	expect(
		changeOf([
			{ ...tender, amount: 5000, tendered: 10000, tip: 500 },
			{ ...tender, amount: 5300, tendered: 0, tip: 0 }
		])
	).toBe(4500);
});

it('types digits as minor units', () => {
	expect(typeDigits('', '00')).toBe('');
	expect(typeDigits('2', '00')).toBe('200');
	expect(typeDigits('123456789', '0')).toBe('123456789');
});
