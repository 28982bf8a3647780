import { describe, expect, it } from 'vitest';
import { requestOf, type Cart, type CartLine } from '$lib/menu/cart';
import { Catalogue, type Menu } from '$lib/menu/catalogue';
import { metresBetween, pointOf, rounded } from './distance';
import { alternatives, quotedLines, unitsToMake, wordsOf, type Order } from './lines';
import { doorOf, gateOf, isOpen, type PhoneOrders } from './opening';
import { minutesUntil, progressOf } from './progress';
import { sameness, usualOf, type Placed } from './usual';

const zone = 'Africa/Casablanca'; // UTC+1
const at = (text: string) => Date.parse(text);
const mad = (amount: number) => ({ amount, currency: 'MAD' });
const size = (id: string, name: string, amount: number) => ({ id, name, bar_seconds: 30, price_windows: [], price: mad(amount) });
const item = (id: string, category: string, name: string, sizes: Menu['items'][0]['variations'], groups: string[] = []) => ({
	id, category_id: category, name, description: '', tax_code: 'standard', station: 'bar', rank: 1, drawing: '', variations: sizes, modifier_group_ids: groups
});
const category = (id: string, rank: number) => ({ id, name: id, rank, drawing: '', tint: '' });
const menu: Menu = {
	cafe_id: 'cafe', release: 4, currency: 'MAD', categories: [category('coffee', 1), category('bakery', 2)],
	modifier_groups: [{
		id: 'milk', name: 'Milk', min: 1, max: 1, free_count: 0,
		modifiers: [{ id: 'whole', name: 'Whole', is_default: true }, { id: 'oat', name: 'Oat', is_default: false, price_delta: mad(500) }]
	}],
	items: [
		item('latte', 'coffee', 'Latte', [size('m', 'M', 2500), size('l', 'L', 2900)], ['milk']),
		item('flat', 'coffee', 'Flat white', [size('f', '', 2400)], ['milk']),
		item('espresso', 'coffee', 'Espresso', [size('e', '', 1400)]),
		item('mocha', 'coffee', 'Mocha', [size('o', '', 3200)], ['milk']),
		item('croissant', 'bakery', 'Croissant', [size('c', '', 1200)])
	],
	combos: [{
		id: 'breakfast', name: 'Breakfast', category_id: 'bakery', price: mad(3000), rank: 1,
		slots: [{ id: 'drink', name: 'Drink', variation_ids: ['m'] }, { id: 'bite', name: 'Bite', variation_ids: ['c'] }]
	}]
};
const shop = (out: string[] = []) => new Catalogue(menu, { item_ids: out, variation_ids: out, modifier_ids: out, ingredient_ids: [] });
const line = (variationId: string, more: Partial<CartLine> = {}): CartLine => ({
	key: `k-${variationId}-${more.quantity ?? 1}`, variationId, choices: [], quantity: 1, note: '', ...more
});
const breakfast = line('', {
	quantity: 2,
	combo: {
		comboId: 'breakfast',
		parts: [{ slotId: 'drink', variationId: 'm', choices: [{ id: 'oat', quantity: 1 }] }, { slotId: 'bite', variationId: 'c', choices: [] }]
	}
});
const cartOf = (...lines: CartLine[]): Cart => ({
	id: 'id', cafeId: 'cafe', release: 4, service: '', lines, name: '', note: '', table: '', openedAt: 0
});
const noon = { weekday: 5, minute: 720 };

describe('distance', () => {
	it('is the one on the map', () => {
		const casablanca = { latitude: 33.5731, longitude: -7.5898 };
		const rabat = { latitude: 34.0209, longitude: -6.8416 };
		expect(metresBetween(casablanca, rabat) / 1000).toBeCloseTo(85.2, 0);
		expect(metresBetween(rabat, rabat)).toBe(0);
		expect(metresBetween({ latitude: 0, longitude: 179.9 }, { latitude: 0, longitude: -179.9 }) / 1000).toBeCloseTo(22.2, 0);
	});
	it.each([
		[3, 50, 'meter'], [120, 100, 'meter'], [940, 950, 'meter'], [980, 1, 'kilometer'], [1_440, 1.4, 'kilometer'],
		[9_940, 9.9, 'kilometer'], [9_960, 10, 'kilometer'], [412_600, 413, 'kilometer']
	])('%d m is said as %d %s', (metres, value, unit) => expect(rounded(metres)).toEqual({ value, unit }));
	it('is unknown where nobody entered it', () => {
		expect(pointOf({})).toBeNull();
		expect(pointOf({ latitude_e6: 0, longitude_e6: -7_589_800 })).toEqual({ latitude: 0, longitude: -7.5898 });
	});
});

describe('the door', () => {
	const now = at('2026-11-20T20:00:00Z'); // Friday 21:00 there
	it.each([
		['open for a while', { open: true, closes_at: '2026-11-20T21:00:00Z' }, { kind: 'open_until', at: '2026-11-20T21:00:00Z' }],
		['always open', { open: true }, { kind: 'open' }],
		['about to close', { open: true, closes_at: '2026-11-20T20:09:30Z' }, { kind: 'closing', at: '2026-11-20T20:09:30Z', minutes: 10 }],
		['closed since the answer', { open: true, closes_at: '2026-11-20T19:59:00Z', opens_at: '2026-11-21T06:30:00Z' }, { kind: 'opens', at: '2026-11-21T06:30:00Z', on: 'tomorrow' }],
		['opens after midnight there', { open: false, opens_at: '2026-11-20T23:30:00Z' }, { kind: 'opens', at: '2026-11-20T23:30:00Z', on: 'tomorrow' }],
		['opens today', { open: false, opens_at: '2026-11-20T21:30:00Z' }, { kind: 'opens', at: '2026-11-20T21:30:00Z', on: 'today' }],
		['opens on Monday', { open: false, opens_at: '2026-11-23T06:30:00Z' }, { kind: 'opens', at: '2026-11-23T06:30:00Z', on: 'later' }],
		['not for weeks', { open: false }, { kind: 'closed' }],
		['archived', undefined, { kind: 'closed' }]
	])('%s', (_, opening, want) => expect(doorOf(opening, now, zone)).toEqual(want));
	it('knows which of them are open', () => {
		expect(isOpen({ kind: 'closing', at: '', minutes: 3 })).toBe(true);
		expect(isOpen({ kind: 'opens', at: '', on: 'today' })).toBe(false);
	});
	const orders = (more: Partial<PhoneOrders>): PhoneOrders => ({ open: true, slots: [], max_units: 10, max_open_orders: 2, ...more });
	it.each([
		['unknown', undefined, 'open'],
		['open', orders({ asap_at: '2026-11-20T20:05:00Z' }), 'open'],
		['closed', orders({ open: false, asap_at: '2026-11-20T20:05:00Z' }), 'closed'],
		['paused', orders({ asap_at: '2026-11-20T20:05:00Z', paused_until: '2026-11-20T20:10:00Z' }), 'paused'],
		['paused until just now', orders({ asap_at: '2026-11-20T20:05:00Z', paused_until: '2026-11-20T20:00:00Z' }), 'open'],
		['full', orders({ slots: [{ at: '2026-11-20T20:15:00Z', full: true }] }), 'full'],
		['full now, free later', orders({ slots: [{ at: '2026-11-20T20:15:00Z', full: false }] }), 'open']
	])('for phones: %s', (_, given, want) => expect(gateOf(given, now)).toBe(want));
});

describe('the usual', () => {
	const placed = (id: string, placedAt: number, lines: CartLine[], cafeId = 'cafe'): Placed => ({
		id, cafeId, cafeName: '', callNumber: '', placedAt, service: '', lines
	});
	const oat = line('l', { choices: [{ id: 'oat', quantity: 1 }] });
	it('is what was ordered most, the latest of equals', () => {
		const orders = [placed('1', 1, [oat]), placed('2', 2, [line('e')]), placed('3', 3, [oat]), placed('4', 4, [line('c')])];
		expect(usualOf(orders, 'cafe', shop())?.id).toBe('3');
		expect(usualOf(orders.slice(1), 'cafe', shop())?.id).toBe('4');
	});
	it('is something that can be had, here', () => {
		const orders = [placed('1', 1, [line('e')]), placed('2', 2, [oat]), placed('3', 3, [oat]), placed('4', 4, [line('x')], 'other')];
		expect(usualOf(orders, 'cafe', shop(['oat']))?.id).toBe('1');
		expect(usualOf(orders, 'cafe', shop(['oat', 'e']))).toBeNull();
		expect(usualOf([], 'cafe', shop())).toBeNull();
		expect(usualOf(orders, 'elsewhere', shop())).toBeNull();
	});
	it('does not mind the order of things', () => {
		expect(sameness([oat, line('e')])).toBe(sameness([line('e'), { ...oat, key: 'another' }]));
		expect(sameness([oat])).not.toBe(sameness([{ ...oat, note: 'less foam' }]));
		expect(sameness([breakfast])).not.toBe(sameness([{ ...breakfast, quantity: 1 }]));
	});
});

describe('lines', () => {
	it('are called by what was chosen', () => {
		expect(wordsOf(shop(), line('l', { choices: [{ id: 'oat', quantity: 1 }] }))).toEqual({ name: 'Latte', detail: ['L', 'Oat'] });
		expect(wordsOf(shop(), line('f', { choices: [{ id: 'whole', quantity: 1 }] }))).toEqual({ name: 'Flat white', detail: [] });
		expect(wordsOf(shop(), breakfast)).toEqual({ name: 'Breakfast', detail: ['Latte, M, Oat', 'Croissant'] });
		expect(wordsOf(shop(), line('gone'))).toEqual({ name: '', detail: [] });
	});
	it('count as the kitchen counts them', () => {
		expect(unitsToMake(cartOf(line('m', { quantity: 3 }), breakfast))).toBe(7);
		expect(requestOf(cartOf(line('m'), breakfast, line('c')))).toEqual([0, 1, 1, 2]);
	});
	it('come back from a quote as they were asked for', () => {
		const quoted = (unit_price: number, quantity: number, more = {}) => ({
			unit_price, amount: unit_price * quantity, price_window: '', allergens: [], allergens_unknown: false, ...more
		});
		const quote = {
			lines: [quoted(2500, 1, { price_window: 'Morning' }), quoted(2420, 2, { allergens: ['gluten'] }), quoted(1080, 2, { allergens: ['eggs', 'gluten'], allergens_unknown: true })]
		} as unknown as Order;
		expect(quotedLines(cartOf(line('m'), breakfast), quote)).toEqual([
			{ unit: 2500, amount: 2500, window: 'Morning', allergens: [], unknown: false },
			{ unit: 3500, amount: 7000, window: '', allergens: ['eggs', 'gluten'], unknown: true }
		]);
		expect(quotedLines(cartOf(line('m')), quote)).toEqual([]);
	});
	it.each([
		['nearest in price', [], line('m'), ['Flat white', 'Mocha', 'Espresso']],
		['what can be had', ['flat'], line('m'), ['Mocha', 'Espresso']],
		['its own category', [], line('c'), []],
		['nothing for what is unknown', [], line('gone'), []],
		['nothing for a combo', [], breakfast, []]
	])('have alternatives: %s', (_, out, gone, want) =>
		expect(alternatives(shop([...out, 'latte']), gone, noon).map((i) => i.name)).toEqual(want)
	);
});

describe('progress', () => {
	const order = (state: string, lines: [string, string, string?][], more: Partial<Order> = {}) =>
		({ state, lines: lines.map(([s, station, problem]) => ({ state: s, station, item_name: 'Latte', problem: problem ?? '' })), ...more }) as Order;
	it.each([
		['placed', order('placed', [['queued', 'bar']]), 'placed', true, 0.16],
		['begun', order('in_progress', [['making', 'bar'], ['queued', 'bar']]), 'making', false, 0.46],
		['half of it made', order('in_progress', [['ready', 'bar'], ['making', 'bar']]), 'making', false, 0.64],
		['a croissant is not made', order('in_progress', [['ready', 'bar'], ['handed_over', ''], ['queued', 'bar']]), 'making', false, 0.64],
		['ready', order('ready', [['ready', 'bar'], ['voided', 'bar']]), 'ready', false, 0.92],
		['collected', order('collected', [['handed_over', 'bar']]), 'collected', false, 0],
		['nobody came', order('uncollected', [['ready', 'bar']]), 'uncollected', false, 0.92],
		['voided', order('voided', [['voided', 'bar']]), 'cancelled', false, 0]
	])('%s', (_, given, step, cancellable, level) => {
		const got = progressOf(given);
		expect([got.step, got.cancellable]).toEqual([step, cancellable]);
		expect(got.level).toBeCloseTo(level, 5);
	});
	it('says what cannot be made while it waits', () => {
		expect(progressOf(order('in_progress', [['making', 'bar', 'no oat']])).problems).toEqual([{ name: 'Latte', why: 'no oat' }]);
		expect(progressOf(order('voided', [['voided', 'bar', 'no oat']])).problems).toEqual([]);
	});
	it('says the new time once it is late', () => {
		const promised_at = '2026-11-20T10:05:00Z';
		expect(progressOf(order('placed', [], { promised_at }))).toMatchObject({ at: promised_at, was: '' });
		expect(progressOf(order('placed', [], { promised_at, expected_at: '2026-11-20T10:12:00Z' }))).toMatchObject({
			at: '2026-11-20T10:12:00Z', was: promised_at
		});
		expect(minutesUntil(promised_at, at('2026-11-20T10:02:10Z'))).toBe(3);
		expect(minutesUntil(promised_at, at('2026-11-20T10:09:00Z'))).toBe(0);
	});
	it('knows what is fetched at the counter', () => {
		expect(progressOf(order('placed', [['queued', '']])).fetched).toBe(true);
		expect(progressOf(order('placed', [['queued', ''], ['queued', 'bar']])).fetched).toBe(false);
		expect(progressOf(order('placed', [['voided', 'bar'], ['queued', 'bar']])).partly).toBe(true);
	});
});
