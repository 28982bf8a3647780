import { describe, expect, it } from 'vitest';
import { businessDate, callNumber, countOf, learn, next } from './numbers';

describe('businessDate', () => {
	it.each([
		['2026-11-20T11:42:00Z', 'Africa/Casablanca', 240, '2026-11-20'],
		['2026-11-21T02:59:00Z', 'Africa/Casablanca', 240, '2026-11-20'], // 03:59 there
		['2026-11-21T03:00:00Z', 'Africa/Casablanca', 240, '2026-11-21'],
		['2026-11-20T23:30:00Z', 'Asia/Tokyo', 240, '2026-11-21'],
		['2026-03-01T01:00:00Z', 'UTC', 240, '2026-02-28'],
		['2026-11-20T00:00:00Z', 'UTC', 0, '2026-11-20']
	])('%s in %s', (at, zone, cutoff, want) => expect(businessDate(Date.parse(at), zone, cutoff)).toBe(want));
});

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
