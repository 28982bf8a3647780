import { expect, it } from 'vitest';
import type { CartLine } from '$lib/menu/cart';
import { newTillCart, shortLines } from './cart';

it('finds the lines that a refusal named', () => {
	const line = (key: string, parts = 0): CartLine => ({
		key, variationId: parts ? '' : key, choices: [], quantity: 1, note: '',
		...(parts ? { combo: { comboId: key, parts: Array.from({ length: parts }, (_, i) => ({ slotId: `${i}`, variationId: `${i}`, choices: [] })) } } : {})
	});
	const cart = { ...newTillCart('cafe', 1), lines: [line('a'), line('breakfast', 2), line('b')] };
	expect(shortLines(cart, ['lines[0]'])).toEqual(['a']);
	expect(shortLines(cart, ['lines[1]', 'lines[2]'])).toEqual(['breakfast']); // its parts are lines to the server
	expect(shortLines(cart, ['lines[3]', 'lines[0]'])).toEqual(['b', 'a']);
	expect(shortLines(cart, ['lines[9]', 'total'])).toEqual([]);
});
