import { expect, it } from 'vitest';
import { byCafeAndDate, mostAndLeast, type SalesRow } from './sales';

const row = (values: Partial<SalesRow> & { amount?: number }) => ({ ...values, sales: { amount: values.amount ?? 0, currency: 'MAD' } }) as SalesRow;

it('what nobody bought is the least of all', () => {
	const sold = [
		row({ item_id: 'l', item_name: 'Latte', units: 74, amount: 1998 }),
		row({ item_id: 'm', item_name: 'Mint tea', units: 71, amount: 1065 }),
		row({ item_id: 's', item_name: 'Shakshuka', units: 2, amount: 90 })
	];
	const found = mostAndLeast(sold, [{ id: 'b', name: 'Beetroot juice' }, { id: 'l', name: 'Latte' }], 2);
	expect(found.most.map((r) => r.name)).toEqual(['Latte', 'Mint tea']);
	expect(found.least.map((r) => [r.name, r.units])).toEqual([['Beetroot juice', 0], ['Shakshuka', 2]]);
});

it('no item is both most and least', () => {
	const found = mostAndLeast([row({ item_id: 'a', item_name: 'A', units: 1 })], [], 5);
	expect(found).toEqual({ most: [{ id: 'a', name: 'A', units: 1, sales: 0 }], least: [] });
	expect(mostAndLeast([], [])).toEqual({ most: [], least: [] });
});

it('days without sales are zeros', () => {
	const lines = byCafeAndDate(
		[row({ cafe_id: 'x', cafe_name: 'X', date: '2026-11-02', amount: 5 }), row({ cafe_id: 'x', cafe_name: 'X', date: '2026-12-02', amount: 9 })],
		['2026-11-01', '2026-11-02']
	);
	expect(lines).toEqual([{ id: 'x', name: 'X', values: [0, 5] }]);
});
