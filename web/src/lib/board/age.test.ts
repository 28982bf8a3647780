import { expect, it } from 'vitest';
import { ageOf, skewOf, spoken } from './age';
import { minutes, noon, ticket } from './fixtures';

const at = (n: number) => noon + n * 60_000;

it.each([
	['just placed', {}, 0, 'calm', 'left', 240, 0],
	['halfway', {}, 2, 'calm', 'left', 120, 0.5],
	['three quarters', {}, 3, 'warn', 'left', 60, 0.75],
	['at its promise', {}, 4, 'late', 'over', 0, 1],
	['4 minutes over', {}, 8, 'late', 'over', 240, 1],
	['by a clock that is behind', {}, -2, 'calm', 'left', 360, 0],
	['a pick-up of tomorrow noon', { pickup_at: minutes(60), promised_at: minutes(60), start_at: minutes(58) }, 0, 'calm', 'left', 3600, 0],
	['a pick-up whose work has begun', { pickup_at: minutes(60), promised_at: minutes(60), start_at: minutes(55), state: 'in_progress' }, 55, 'calm', 'left', 300, 0.5],
	['nobody promised', { promised_at: undefined, start_at: undefined }, 4, 'calm', 'waits', 240, 0.4],
	['nobody promised, warned', { promised_at: undefined, start_at: undefined }, 5, 'warn', 'waits', 300, 0.5],
	['nobody promised, late', { promised_at: undefined, start_at: undefined }, 11, 'late', 'waits', 660, 1]
])('%s', (_, of, after, level, kind, seconds, used) => {
	const age = ageOf(ticket(of), at(after));
	expect(age).toMatchObject({ level, kind, seconds });
	expect(age.used).toBeCloseTo(used, 5);
});

it.each([
	['left', 40, 's', 40, 0],
	['left', 61, 'min', 2, 0],
	['over', 119, 'min', 1, 0],
	['waits', 3600, 'h', 1, 0],
	['over', 3900, 'h', 1, 5]
] as const)('%s %i s', (kind, seconds, unit, n, rest) => expect(spoken({ kind, seconds })).toEqual({ unit, n, rest }));

it.each([
	['no answer about the time', 0, 100, null, 0],
	['nonsense', 0, 100, 'soon', 0],
	['the same clock, rounded to the second', noon + 900, noon + 950, new Date(noon).toUTCString(), 0],
	['a device 3 minutes behind', noon, noon + 100, new Date(noon + 180_000).toUTCString(), 180_450],
	['a device 3 minutes ahead', noon, noon + 100, new Date(noon - 180_000).toUTCString(), -179_550],
	['a slow answer tells less', noon, noon + 8_000, new Date(noon + 7_000).toUTCString(), 0]
])('clock: %s', (_, asked, answered, date, want) => expect(skewOf(asked, answered, date)).toBe(want));
