import { expect, it } from 'vitest';
import { callNumber, countOf, learn, next } from './numbers';

it('writes and reads numbers', () => {
	expect(callNumber('A', 41)).toBe('A-041');
	expect(callNumber('AB', 1234)).toBe('AB-1234');
	expect(callNumber('', 3)).toBe('');
	expect(countOf('A-041', 'A')).toBe(41);
	expect(countOf('W-041', 'A')).toBe(0);
	expect(countOf('AA-1', 'A')).toBe(0);
});

it('counts per business day', () => {
	expect(next({ date: '2026-11-20', last: 40 }, '2026-11-20')).toEqual({ date: '2026-11-20', last: 41 });
	expect(next({ date: '2026-11-20', last: 40 }, '2026-11-21')).toEqual({ date: '2026-11-21', last: 1 });
	expect(next({ date: '2026-11-20', last: 9999 }, '2026-11-20').last).toBe(1);
});

it('never forgets a number that it gave', () => {
	expect(learn({ date: 'd', last: 7 }, 'd', 5).last).toBe(7);
	expect(learn({ date: 'd', last: 7 }, 'd', 9).last).toBe(9);
	expect(learn({ date: 'c', last: 7 }, 'd', 0).last).toBe(0);
});
