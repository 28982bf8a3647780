import { describe, expect, test } from 'vitest';
import { margin, recipeCost, withoutTax, type IngredientCost } from './recipe-cost';

const known = new Map<string, IngredientCost>([
	['beans', { name: 'Beans', average: 18_000 }], // 180.00 a kilogram
	['milk', { name: 'Milk', average: 1_150 }],
	['cup', { name: 'Cup', average: 90_000 }], // 0.90 each
	['sugar', { name: 'Sugar', average: 1_000 }],
	['syrup', { name: 'Syrup', made_from: [{ ingredient_id: 'sugar', quantity: 500_000 }], yield_quantity: 1_000_000 }],
	['mystery', { name: 'Mystery' }],
	['loop', { name: 'Loop', made_from: [{ ingredient_id: 'loop', quantity: 1000 }], yield_quantity: 1000 }]
]);

describe('cost of a recipe', () => {
	test('adds before it rounds', () => {
		const lines = [
			{ ingredient_id: 'beans', quantity: 18_000 }, // 324
			{ ingredient_id: 'milk', quantity: 240_000 }, // 276
			{ ingredient_id: 'cup', quantity: 1_000, only: 'take_away' } // 90
		];
		expect(recipeCost(lines, known, 'take_away')).toEqual({ minor: 690, unknown: [], derived: false });
		expect(recipeCost(lines, known, 'eat_in').minor).toBe(600);
		expect(recipeCost([{ ingredient_id: 'sugar', quantity: 500 }, { ingredient_id: 'sugar', quantity: 500 }], known, '').minor).toBe(1);
	});
	test('says what it does not know, and adds the rest', () => {
		expect(recipeCost([{ ingredient_id: 'mystery', quantity: 1000 }, { ingredient_id: 'milk', quantity: 1_000_000 }, { ingredient_id: 'gone', quantity: 1 }], known, '')).toEqual({
			minor: 1150,
			unknown: ['?', 'Mystery'],
			derived: false
		});
	});
	test('works out what is made in the house', () => {
		expect(recipeCost([{ ingredient_id: 'syrup', quantity: 20_000 }], known, '')).toEqual({ minor: 10, unknown: [], derived: true });
	});
	test('what is made of itself ends', () => expect(recipeCost([{ ingredient_id: 'loop', quantity: 1 }], known, '').unknown).toEqual(['Loop']));
	test('nothing costs nothing', () => expect(recipeCost([], known, '').minor).toBe(0));
});

test.each([
	[2500, 1000, 'inclusive', 2273],
	[2500, 0, 'inclusive', 2500],
	[2500, 1000, 'exclusive', 2500]
])('%i with %i basis points %s leaves %i', (price, rate, mode, want) => expect(withoutTax(price, rate, mode)).toBe(want));

test('margin', () => {
	expect(margin(2273, 690)).toEqual({ minor: 1583, basisPoints: 6964 });
	expect(margin(0, 690)).toEqual({ minor: -690, basisPoints: 0 });
});
