import { expect, it } from 'vitest';
import { businessDate } from './day';

it.each([
	['2026-11-21T02:59:00Z', 'Africa/Casablanca', 240, '2026-11-20'], // 03:59 there
	['2026-11-21T03:00:00Z', 'Africa/Casablanca', 240, '2026-11-21'],
	['2026-01-01T01:00:00Z', 'Europe/Paris', 240, '2025-12-31'],
	['2026-03-29T01:30:00Z', 'Europe/Paris', 240, '2026-03-28'], // the night an hour is skipped
	['2026-11-20T23:30:00Z', 'Asia/Tokyo', 0, '2026-11-21']
])('%s in %s', (at, zone, cutoff, want) => expect(businessDate(new Date(at), zone, cutoff)).toBe(want));
