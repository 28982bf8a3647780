import { describe, expect, it } from 'vitest';
import { amount, money, parseAmount, percent, quantity } from './format';
import { texts } from './texts/index.svelte';

describe('money', () => {
	it.each([
		[2850, 'MAD', '28.50 MAD'],
		[-5, 'USD', '-0.05 USD'],
		[1200, 'JPY', '1,200 JPY'],
		[1500, 'TND', '1.500 TND'],
		[123456789, 'EUR', '1,234,567.89 EUR']
	])('%i %s', (minor, currency, want) => expect(money(minor, currency)).toBe(want));

	it.each([
		['25', 'MAD', 2500],
		['25.5', 'MAD', 2550],
		['25,50', 'MAD', 2550],
		['1 200.00', 'MAD', 120000],
		['٢٥٫٥', 'MAD', 2550],
		['1200', 'JPY', 1200],
		['1.005', 'TND', 1005],
		['25.505', 'MAD', null],
		['1.5', 'JPY', null],
		['', 'MAD', null],
		['-3', 'MAD', null],
		['2e3', 'MAD', null],
		['99999999999', 'MAD', null]
	])('reads %s %s', (text, currency, want) => expect(parseAmount(text, currency)).toBe(want));

	it('reads back what it writes', () => {
		for (const currency of ['MAD', 'JPY', 'TND']) {
			for (const minor of [0, 1, 99, 100, 2850, 100_000]) {
				expect(parseAmount(amount(minor, currency).replaceAll(',', ''), currency)).toBe(minor);
			}
		}
	});

	it('keeps the figures of the till in Arabic', () => {
		texts.locale = 'ar';
		expect(money(2850, 'MAD')).toMatch(/^\u206628[.,]50 MAD\u2069$/);
		expect(quantity(380_000, 'g')).toBe('\u2066380 g\u2069');
		texts.locale = 'en';
	});
});

it.each([
	[2_900_000, 'ml', '2.9 l'],
	[18_000, 'g', '18 g'],
	[-400_000, 'ml', '-400 ml'],
	[3_000, 'each', '3'],
	[11_000_000, 'g', '11 kg']
])('quantity %i %s', (thousandths, unit, want) => expect(quantity(thousandths, unit)).toBe(want));

it('percent', () => {
	expect(percent(1250, { signed: true })).toBe('+12.5%');
	expect(percent(-360)).toBe('-3.6%');
});
