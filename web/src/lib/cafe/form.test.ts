import { describe, expect, test } from 'vitest';
import { cafeFault, cafeForm, likeForm, sentCafe, type Cafe } from './form';

const cafe: Cafe = {
	id: 'c', name: 'Salam', address: '1 rue', city: 'Agadir', time_zone: 'Africa/Casablanca', currency: 'MAD', cutoff_minutes: 240, default_service: 'eat_in',
	tax: { mode: 'inclusive', rates: [{ code: 'standard', eat_in: 1000, take_away: 2000 }] },
	hours: [{ weekday: 1, opens: 900, closes: 1560 }, { weekday: 1, opens: 420, closes: 780 }, { weekday: 7, opens: 0, closes: 60 }],
	exceptions: [{ date: '2026-12-25', spans: [], note: 'Closed' }], version: 4, origin: '', latitude_e6: 30_000_000, longitude_e6: -9_000_000, zone_offsets: []
};
const zones = ['Africa/Casablanca', 'Europe/Paris'];

test('what is read is what is sent', () => {
	const sent = sentCafe(cafeForm(cafe));
	expect(sent).toMatchObject({ name: 'Salam', tax: cafe.tax, exceptions: cafe.exceptions, version: 4, latitude_e6: 30_000_000 });
	expect(sent.hours).toEqual([{ weekday: 1, opens: 420, closes: 780 }, { weekday: 1, opens: 900, closes: 1560 }, { weekday: 7, opens: 0, closes: 60 }]);
});

test('a new café like another is called and stands nowhere yet', () => {
	const form = likeForm(cafe);
	expect(form).toMatchObject({ name: '', address: '', city: '', latitude_e6: null, version: 0, currency: 'MAD', mode: 'inclusive' });
	expect(sentCafe(form).hours).toEqual(sentCafe(cafeForm(cafe)).hours);
	expect(sentCafe(form)).not.toHaveProperty('latitude_e6');
});

describe('what keeps a café from being saved', () => {
	const form = (change: (of: ReturnType<typeof cafeForm>) => void) => {
		const one = cafeForm(cafe);
		change(one);
		return cafeFault(one, zones);
	};
	test.each([
		['nothing', () => {}, null],
		['no name', (f) => (f.name = ' '), 'name'],
		['a zone that is none', (f) => (f.time_zone = 'Mars/Base'), 'zone'],
		['half a place', (f) => (f.longitude_e6 = null), 'place'],
		['a rate without a code', (f) => f.rates.push({ code: '', eat_in: 0, take_away: 0 }), 'rate'],
		['one code twice', (f) => f.rates.push({ code: 'standard', eat_in: 0, take_away: 0 }), 'rate_twice'],
		['half a span', (f) => f.week[2]!.push({ opens: 60, closes: null }), 'hours'],
		['spans into one another', (f) => f.week[0]!.push({ opens: 700, closes: 800 }), 'overlap'],
		['a night into the next day', (f) => ((f.week[1] = [{ opens: 1080, closes: 1560 }]), (f.week[2] = [{ opens: 60, closes: 600 }])), 'overlap'],
		['a night that ends when the next day begins', (f) => ((f.week[1] = [{ opens: 1080, closes: 1560 }]), (f.week[2] = [{ opens: 120, closes: 600 }])), null],
		['one date twice', (f) => f.exceptions.push({ date: '2026-12-25', note: '', spans: [] }), 'exception_twice']
	] as [string, (f: ReturnType<typeof cafeForm>) => void, string | null][])('%s', (_what, change, want) => expect(form(change)).toBe(want));
});
