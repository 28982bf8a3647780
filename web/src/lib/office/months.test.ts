import { expect, it } from 'vitest';
import { isMonth, lastDate, monthAway, monthOf, monthsToChoose } from './months';

it.each([
	['2026-11', -1, '2026-10'],
	['2026-01', -1, '2025-12'],
	['2025-12', 1, '2026-01'],
	['2026-03', -37, '2023-02']
])('%s %i', (month, by, want) => expect(monthAway(month, by)).toBe(want));

it('ends of months', () => {
	expect(lastDate('2026-02')).toBe('2026-02-28');
	expect(lastDate('2028-02')).toBe('2028-02-29');
	expect(lastDate('2026-12')).toBe('2026-12-31');
});

it('the chosen month is always among those to choose', () => {
	const now = Date.parse('2026-11-22T12:00:00Z');
	expect(monthOf(now)).toBe('2026-11');
	expect(monthsToChoose(now, '2026-10')[0]).toBe('2026-11');
	expect(monthsToChoose(now, '2026-10')).toHaveLength(37);
	expect(monthsToChoose(now, '2019-05').at(-1)).toBe('2019-05');
});

it.each([['2026-11', true], ['2026-13', false], ['', false], ['2026-1', false], ['x', false]])('%s', (text, want) => expect(isMonth(text)).toBe(want));
