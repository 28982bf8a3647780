import { describe, expect, test } from 'vitest';
import { clockText, closing, parseClock, parseDegrees, parsePercent, scaled, unscaled } from './entry';
import { parseQuantity, quantityText, shelfUnit } from './quantity';
import { tableAddress, tableNames } from './tables';

describe('figures as typed', () => {
	test.each([
		['2.4', 6, 2_400_000],
		['2,4', 6, 2_400_000],
		['٢٫٤', 6, 2_400_000],
		['1 200', 0, 1200],
		['.5', 3, 500],
		['5.', 3, 5000],
		['0', 3, 0],
		['1.2340', 3, 1234],
		['1.2345', 3, null],
		['-1', 3, null],
		['', 3, null],
		['.', 3, null],
		['1.2.3', 3, null],
		['1e3', 3, null],
		['99999999999', 6, null]
	])('%s with %i digits is %s', (text, digits, want) => expect(scaled(text, digits)).toBe(want));

	test('the way back loses nothing', () => {
		for (const value of [0, 1, 999, 1000, 2_400_000, -1500]) expect(scaled(unscaled(value, 3), 3, true)).toBe(value);
	});

	test.each([
		['5.5', 550],
		['5,5 %', 550],
		['20٪', 2000],
		['100', 10_000],
		['100.01', null],
		['5.555', null],
		['-5', null]
	])('%s per cent is %s', (text, want) => expect(parsePercent(text)).toBe(want));

	test.each([
		['33.5731', 90, 33_573_100],
		['-7.5898', 180, -7_589_800],
		['−7.5898', 180, -7_589_800],
		['91', 90, null],
		['1.1234567', 90, null]
	] as const)('%s degrees is %s', (text, most, want) => expect(parseDegrees(text, most)).toBe(want));

	test.each([
		['7:30', 450],
		['07.30', 450],
		['7h30', 450],
		['7', 420],
		['24:00', null],
		['7:60', null],
		['x', null]
	])('%s on the clock is %s', (text, want) => expect(parseClock(text)).toBe(want));

	test('a span may pass midnight until six', () => {
		expect(closing(1080, '02:00')).toBe(1560);
		expect(closing(1080, '22:00')).toBe(1320);
		expect(closing(480, '07:00')).toBeNull();
		expect(closing(1080, '06:00')).toBe(1800);
		expect(closing(0, '24:00')).toBe(1440);
		expect(clockText(1560)).toBe('02:00');
	});
});

describe('quantities as a shelf says them', () => {
	test.each([
		['2.4', 'l', 'ml', 2_400_000],
		['2.4 l', 'ml', 'ml', 2_400_000],
		['240', 'ml', 'ml', 240_000],
		['18 g', 'kg', 'g', 18_000],
		['1,5KG', 'g', 'g', 1_500_000],
		['3', 'each', 'each', 3_000],
		['3 l', 'g', 'g', null],
		['two', 'g', 'g', null],
		['0.0001', 'g', 'g', null],
		['', 'g', 'g', null]
	] as const)('%s (%s) of %s is %s', (text, shelf, base, want) => expect(parseQuantity(text, shelf, base)).toBe(want));

	test('is shown in the unit that a person would say', () => {
		expect(shelfUnit(2_400_000, 'ml')).toBe('l');
		expect(shelfUnit(240_000, 'ml')).toBe('ml');
		expect(shelfUnit(-2_400_000, 'g')).toBe('kg');
		expect(shelfUnit(5_000_000, 'each')).toBe('each');
		expect(quantityText(2_400_000, 'l')).toBe('2.4');
	});
});

describe('tables', () => {
	test('ranges keep the word before them', () => {
		expect(tableNames('1-3, Terrace 1-2; Bar\nBar')).toEqual(['1', '2', '3', 'Terrace 1', 'Terrace 2', 'Bar']);
	});
	test('Arabic commas separate, a range backwards is a name', () => {
		expect(tableNames('1، 2، 5-3')).toEqual(['1', '2', '5-3']);
	});
	test('a slip prints no book', () => expect(tableNames('1-9999')).toHaveLength(300));
	test('the address carries both, whatever the table is called', () => {
		const address = new URL(tableAddress('https://coffee.example', 'c1', 'A & B #1'));
		expect(address.searchParams.get('cafe')).toBe('c1');
		expect(address.searchParams.get('table')).toBe('A & B #1');
		expect(address.hash).toBe('');
	});
});
