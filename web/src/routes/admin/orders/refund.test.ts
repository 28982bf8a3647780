import { expect, it } from 'vitest';
import type { Schemas } from '$api/client';
import { refundable, refundTotal } from './refund';

const order = {
	lines: [
		{ line: 1, item_name: 'Latte', variation_name: 'L', state: 'handed_over', quantity: 3, refunded_quantity: 1, refunded_amount: 3333, total: 10000 },
		{ line: 2, item_name: 'Tea', variation_name: '', state: 'making', quantity: 1, refunded_quantity: 0, refunded_amount: 0, total: 1500 },
		{ line: 3, item_name: 'Cake', variation_name: '', state: 'handed_over', quantity: 1, refunded_quantity: 1, refunded_amount: 2000, total: 2000 }
	]
} as unknown as Schemas['Order'];

it('only what was handed over and not given back', () => {
	expect(refundable(order)).toEqual([{ line: 1, name: 'Latte L', left: 2, each: 3333 }]);
});

it('the last unit takes the rest', () => {
	expect(refundTotal(order, { 1: { quantity: 1, to: 'waste' } })).toBe(3333);
	expect(refundTotal(order, { 1: { quantity: 2, to: 'waste' } })).toBe(6667);
	expect(refundTotal(order, { 2: { quantity: 1, to: 'waste' } })).toBe(0);
	expect(refundTotal(order, {})).toBe(0);
});
