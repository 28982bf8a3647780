import { beforeAll, describe, expect, it } from 'vitest';
import { businessDate, dateIn, learnZone, wallClock } from './day';
import { moment, time } from './format';

const casablanca = {
	time_zone: 'Africa/Casablanca',
	zone_offsets: [
		{ from: '2025-04-06T02:00:00Z', offset_seconds: 3600 },
		{ from: '2026-02-15T02:00:00Z', offset_seconds: 0 },
		{ from: '2026-03-22T02:00:00Z', offset_seconds: 3600 }
	]
};
const paris = {
	time_zone: 'Europe/Paris',
	zone_offsets: [
		{ from: '2025-10-26T01:00:00Z', offset_seconds: 3600 },
		{ from: '2026-03-29T01:00:00Z', offset_seconds: 7200 },
		{ from: '2026-10-25T01:00:00Z', offset_seconds: 3600 }
	]
};
const newYork = {
	time_zone: 'America/New_York',
	zone_offsets: [{ from: '2026-03-08T07:00:00Z', offset_seconds: -14400 }, { from: '2026-11-01T06:00:00Z', offset_seconds: -18000 }]
};

beforeAll(() => [casablanca, paris, newYork, { time_zone: 'Mars/Base', zone_offsets: [{ offset_seconds: 5400 }] }].forEach(learnZone));

// The same cases as internal/day has.
it.each([
	['2026-11-21T02:59:00Z', 'Africa/Casablanca', 240, '2026-11-20'], // 03:59 there, whatever the browser's tables say
	['2026-11-21T03:00:00Z', 'Africa/Casablanca', 240, '2026-11-21'],
	['2026-11-20T00:00:00Z', 'UTC', 0, '2026-11-20'],
	['2026-03-01T01:00:00Z', 'UTC', 240, '2026-02-28'],
	['2026-01-01T01:00:00Z', 'Europe/Paris', 240, '2025-12-31'],
	['2026-03-29T01:30:00Z', 'Europe/Paris', 240, '2026-03-28'], // the night an hour is skipped
	['2026-11-20T23:30:00Z', 'Asia/Tokyo', 0, '2026-11-21'],
	// Casablanca leaves its summer hour for Ramadan, and takes it up again.
	['2026-02-15T02:59:59+01:00', 'Africa/Casablanca', 240, '2026-02-14'],
	['2026-02-15T03:59:59+00:00', 'Africa/Casablanca', 240, '2026-02-14'],
	['2026-02-15T04:00:00+00:00', 'Africa/Casablanca', 240, '2026-02-15'],
	['2026-02-15T02:29:59+01:00', 'Africa/Casablanca', 150, '2026-02-14'],
	['2026-02-15T02:30:00+01:00', 'Africa/Casablanca', 150, '2026-02-15'],
	['2026-02-15T02:00:00+00:00', 'Africa/Casablanca', 150, '2026-02-15'], // 02:00 again: the day has begun
	['2026-03-22T01:59:59+00:00', 'Africa/Casablanca', 150, '2026-03-21'],
	['2026-03-22T03:00:00+01:00', 'Africa/Casablanca', 150, '2026-03-22'],
	['2026-11-01T01:29:59-04:00', 'America/New_York', 90, '2026-10-31'],
	['2026-11-01T01:30:00-04:00', 'America/New_York', 90, '2026-11-01'],
	['2026-11-01T01:00:00-05:00', 'America/New_York', 90, '2026-11-01']
])('%s in %s with %i', (at, zone, cutoff, want) => expect(businessDate(new Date(at), zone, cutoff)).toBe(want));

describe('the server’s clocks', () => {
	it.each([
		['2026-02-15T01:59:59Z', 'Africa/Casablanca', '02:59'],
		['2026-02-15T02:00:00Z', 'Africa/Casablanca', '02:00'],
		['2026-03-22T02:00:00Z', 'Africa/Casablanca', '03:00'],
		['2026-11-20T10:42:00Z', 'Africa/Casablanca', '11:42'],
		['2026-03-29T00:59:59Z', 'Europe/Paris', '01:59'],
		['2026-03-29T01:00:00Z', 'Europe/Paris', '03:00'],
		['2026-10-25T01:00:00Z', 'Europe/Paris', '02:00'],
		['2026-11-20T10:42:00Z', 'Mars/Base', '12:12'], // of which no browser ever heard
		['2020-07-01T10:00:00Z', 'Europe/Paris', '12:00'] // before what the server tells: the browser's tables
	])('%s in %s: %s', (at, zone, want) => expect(time(at, zone)).toBe(want));

	it('tell date and hour together', () => {
		expect(moment('2026-11-20T23:30:00Z', 'Africa/Casablanca')).toMatch(/21.*00:30/);
		expect(dateIn('Africa/Casablanca', Date.parse('2026-11-20T23:30:00Z'))).toBe('2026-11-21');
		expect(wallClock(Date.parse('2026-11-20T23:30:00.250Z'), 'Asia/Tokyo').toISOString()).toBe('2026-11-21T08:30:00.250Z');
	});
});
