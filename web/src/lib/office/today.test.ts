import { describe, expect, it } from 'vitest';
import type { Schemas } from '$api/client';
import {
	along, businessToday, cumulative, dateAway, datesBetween, errorsTogether, hoursBetween, lateNow, openness, runningOut, runningTotals, typicalError
} from './today';

type Cafe = Schemas['Cafe'];
const now = Date.parse('2026-11-20T11:42:00Z');
const iso = (minutes: number) => new Date(now + minutes * 60_000).toISOString();
const cafe = (id: string, opening: Cafe['opening']) => ({ id, name: id, opening }) as Cafe;

describe('the business date now', () => {
	const paris = { time_zone: 'Europe/Paris', cutoff_minutes: 240 };
	const tokyo = { time_zone: 'Asia/Tokyo', cutoff_minutes: 240 };
	it('is still yesterday between midnight and the cut-off', () => {
		expect(businessToday([paris], Date.parse('2026-11-22T23:34:00Z'))).toBe('2026-11-22');
		expect(businessToday([paris], Date.parse('2026-11-23T02:59:59Z'))).toBe('2026-11-22');
		expect(businessToday([paris], Date.parse('2026-11-23T03:00:00Z'))).toBe('2026-11-23');
	});
	it('is the latest of the cafés', () => {
		expect(businessToday([tokyo, paris], Date.parse('2026-11-22T21:00:00Z'))).toBe('2026-11-23');
	});
	it('is a date where no café is known', () => {
		expect(businessToday([], now)).toMatch(/^2026-11-(19|20|21)$/);
	});
});

describe('openness', () => {
	it('says when the first and the last close', () => {
		const found = openness([
			cafe('a', { open: true, closes_at: iso(60) }),
			cafe('b', { open: true, closes_at: iso(120) }),
			cafe('c', { open: false, opens_at: iso(600) })
		]);
		expect(found.open.map((c) => c.id)).toEqual(['a', 'b']);
		expect(found.firstCloses).toBe(now + 60 * 60_000);
		expect(found.lastCloses).toBe(now + 120 * 60_000);
		expect(found.nextOpens).toBe(now + 600 * 60_000);
	});
	it('knows no last closing when one never closes, and none of nothing', () => {
		expect(openness([cafe('a', { open: true }), cafe('b', { open: true, closes_at: iso(5) })]).lastCloses).toBeNull();
		expect(openness([]).nextOpens).toBeNull();
	});
});

describe('late', () => {
	const ticket = (id: string, state: string, promised?: number) =>
		({ order_id: id, state, promised_at: promised === undefined ? undefined : iso(promised) }) as Schemas['Ticket'];
	it('counts what is past its promise and not ready, the latest first', () => {
		const { late, making } = lateNow(
			[
				{ cafe_id: 'a', tickets: [ticket('1', 'placed', -4), ticket('2', 'ready', -9), ticket('3', 'in_progress', 3)] },
				{ cafe_id: 'b', tickets: [ticket('4', 'in_progress', -7), ticket('5', 'placed'), ticket('6', 'voided', -8)] }
			],
			now
		);
		expect(late.map((l) => [l.ticket.order_id, l.cafe_id, l.minutes])).toEqual([['4', 'b', 7], ['1', 'a', 4]]);
		expect(making).toBe(4);
	});
});

describe('what runs out', () => {
	const line = (cafe_id: string, name: string, minutes?: number) =>
		({ cafe_id, ingredient_name: name, runs_out_at: minutes === undefined ? undefined : iso(minutes) }) as Schemas['StockLine'];
	const cafes = [cafe('a', { open: true, closes_at: iso(600) }), cafe('b', { open: false }), cafe('c', { open: true })];
	it('before closing only, in open cafés only, the first first', () => {
		const found = runningOut(
			[line('a', 'mint', 400), line('a', 'milk', 30), line('a', 'late', 601), line('b', 'closed', 5), line('a', 'gone', -20), line('a', 'never'),
				line('c', 'night', 700), line('c', 'tomorrow', 721)],
			cafes,
			now
		);
		expect(found.map((f) => [f.line.ingredient_name, f.urgency])).toEqual([
			['gone', 'late'], ['milk', 'late'], ['mint', 'calm'], ['night', 'calm']
		]);
		expect(found[0]!.at).toBe(now);
	});
});

it('along a span', () => {
	expect(along(5, 0, 10)).toBe(50);
	expect(along(-5, 0, 10)).toBe(0);
	expect(along(50, 0, 10)).toBe(100);
	expect(along(1, 3, 3)).toBe(0);
});

it('full hours between, never too many', () => {
	expect(hoursBetween(now, now + 3 * 3_600_000).map((h) => new Date(h).toISOString().slice(11, 16))).toEqual(['12:00', '13:00', '14:00']);
	expect(hoursBetween(now, now + 48 * 3_600_000, 6).length).toBeLessThanOrEqual(6);
	expect(hoursBetween(now, now)).toEqual([]);
});

it('running totals', () => expect(cumulative([1, 0, 4])).toEqual([1, 1, 5]));

it('the usual error is the middle one', () => {
	expect(typicalError([{ basis_points: -300 }, { basis_points: 1200 }, { basis_points: 490 }])).toEqual({ middle: 490, within: 2, of: 3 });
	expect(typicalError([])).toEqual({ middle: 0, within: 0, of: 0 });
});

it('dates', () => {
	expect(datesBetween('2026-10-30', '2026-11-02')).toEqual(['2026-10-30', '2026-10-31', '2026-11-01', '2026-11-02']);
	expect(dateAway('2026-03-01', -1)).toBe('2026-02-28');
});

it('errors of several cafés are those of their sum, on the days that all have', () => {
	const error = (date: string, said: number, came: number) =>
		({ date, said: { amount: said, currency: 'MAD' }, came: { amount: came, currency: 'MAD' }, basis_points: 0 }) as Schemas['PastError'];
	const a = [error('2026-11-19', 110, 100), error('2026-11-18', 50, 100)];
	const b = [error('2026-11-19', 90, 100)];
	expect(errorsTogether([a, b])).toEqual([{ date: '2026-11-19', basis_points: 0 }]);
	expect(errorsTogether([a])).toEqual([{ date: '2026-11-19', basis_points: 1000 }, { date: '2026-11-18', basis_points: -5000 }]);
	expect(errorsTogether([])).toEqual([]);
});

describe('running totals over the same hours', () => {
	const at = (hour: number, amount: number) => ({ hour, sales: { amount } });
	it('fills the hours without sales and ends today with the hour that runs', () => {
		expect(runningTotals([at(9, 4)], [at(8, 1), at(10, 2)], 4, 9)).toEqual({ today: [0, 4], before: [1, 1, 3] });
	});
	it('counts the hours after midnight as the end of the day', () => {
		expect(runningTotals([], [at(23, 1), at(1, 2)], 4, 23)).toEqual({ today: [0], before: [1, 1, 3] });
	});
	it('is empty of nothing, and today before the first hour', () => {
		expect(runningTotals([], [], 4, 9)).toEqual({ today: [], before: [] });
		expect(runningTotals([], [at(9, 4)], 4, 6)).toEqual({ today: [], before: [4] });
	});
});
