import { describe, expect, it } from 'vitest';
import { allergensOf } from './allergens';
import { addLine, addPlain, newCart, removeLine, splitOne, subtotal, toRequest, troubles, unitsOf } from './cart';
import { Catalogue, noneIsOut, type Group, type Menu } from './catalogue';
import { basePrice, groupPrice, localMoment, openQuestions, toggle, unitPrice, withQuantity } from './price';

const mad = (amount: number) => ({ amount, currency: 'MAD' });
const variation = (id: string, name: string, amount?: number) => ({
	id, name, bar_seconds: 30, price_windows: [], ...(amount === undefined ? {} : { price: mad(amount) })
});
const milk: Group = {
	id: 'milk', name: 'Milk', min: 1, max: 1, free_count: 0,
	modifiers: [
		{ id: 'whole', name: 'Whole', is_default: true },
		{ id: 'oat', name: 'Oat', is_default: false, price_delta: mad(500) }
	]
};
const extras: Group = {
	id: 'extras', name: 'Extras', min: 0, max: 3, free_count: 1,
	modifiers: [
		{ id: 'shot', name: 'Shot', is_default: false, price_delta: mad(600) },
		{ id: 'syrup', name: 'Syrup', is_default: false, price_delta: mad(400) },
		{ id: 'small', name: 'Less', is_default: false, price_delta: mad(-100) }
	]
};
const beans: Group = {
	id: 'beans', name: 'Beans', min: 1, max: 1, free_count: 0,
	modifiers: [{ id: 'house', name: 'House', is_default: false }, { id: 'decaf', name: 'Decaf', is_default: false }]
};
const item = (id: string, name: string, rank: number, variations: Menu['items'][0]['variations'], groups: string[] = []) => ({
	id, category_id: 'coffee', name, description: '', tax_code: 'standard', station: 'bar', rank, drawing: '', variations,
	modifier_group_ids: groups
});
const menu: Menu = {
	cafe_id: 'cafe', release: 4, currency: 'MAD', combos: [], modifier_groups: [milk, extras, beans],
	categories: [{ id: 'coffee', name: 'Coffee', rank: 1, drawing: 'cup', tint: 'coffee' }, { id: 'none', name: 'Empty', rank: 2, drawing: '', tint: '' }],
	items: [
		item('latte', 'Latte', 2, [variation('s', 'S', 2200), variation('m', 'M', 2500), variation('l', 'L', 2900)], ['milk', 'extras']),
		item('creme', 'Café crème', 1, [variation('c', '', 2000)]),
		item('filter', 'Filter', 3, [variation('f', '', 1800)], ['beans']),
		item('abroad', 'Abroad', 4, [variation('x', '')])
	]
};
const shop = (out: string[] = []) =>
	new Catalogue(menu, { item_ids: [], variation_ids: out, modifier_ids: out, ingredient_ids: [] });
const noon = { weekday: 5, minute: 720 };
const one = (id: string, quantity = 1) => ({ id, quantity });

describe('catalogue', () => {
	it('shows what is sold here, by rank', () => {
		expect(shop().items.map((i) => i.id)).toEqual(['creme', 'latte', 'filter']);
		expect(shop().categories.map((c) => c.id)).toEqual(['coffee']);
	});
	it('finds by what a person types', () => {
		expect(shop().search('creme').map((i) => i.id)).toEqual(['creme']);
		expect(shop().search('COFFEE la').map((i) => i.id)).toEqual(['latte']);
		expect(shop().search(' ')).toEqual([]);
	});
	it('gives the middle size, or one that is there', () => {
		const latte = shop().item('latte')!;
		expect(shop().usualSize(latte).id).toBe('m');
		expect(shop(['m']).usualSize(latte).id).toBe('s');
		expect(shop(['s', 'm', 'l']).isItemOut(latte)).toBe(true);
	});
});

describe('price', () => {
	it.each([
		['defaults', [], 2500],
		['oat', [one('oat')], 3000],
		['the cheapest is free', [one('shot'), one('syrup')], 3100],
		['of several of one', [one('shot', 3)], 3700],
		['what lowers the price always does', [one('small'), one('shot')], 3000]
	])('%s', (_, choices, want) => expect(unitPrice(shop(), 'm', choices, noon)).toBe(want));

	it('takes the last window that is open', () => {
		const happy = (name: string, amount: number, weekdays: number[]) => ({ name, weekdays, from_minute: 600, to_minute: 780, price: mad(amount) });
		const v = { ...variation('h', '', 2000), price_windows: [happy('a', 1500, []), happy('b', 1400, [5]), happy('c', 1, [6])] };
		expect(basePrice(v, noon)).toEqual({ amount: 1400, window: 'b' });
		expect(basePrice(v, { weekday: 5, minute: 780 })).toEqual({ amount: 2000, window: '' });
	});

	it('knows the café’s clock', () => {
		expect(localMoment(Date.UTC(2026, 10, 20, 23, 30), 'Europe/Paris')).toEqual({ weekday: 6, minute: 30 });
	});

	it('asks what is open', () => {
		expect(openQuestions(shop(), 'f', []).missing.map((g) => g.id)).toEqual(['beans']);
		expect(openQuestions(shop(), 'f', [one('decaf')]).missing).toEqual([]);
		expect(openQuestions(shop(), 'm', [one('shot', 4)]).over.map((g) => g.id)).toEqual(['extras']);
	});

	it('takes several of one', () => {
		expect(withQuantity(extras, [one('oat'), one('shot')], 'shot', 2)).toEqual([one('oat'), one('shot', 2)]);
		expect(withQuantity(extras, [one('shot'), one('syrup')], 'shot', 9)).toEqual([one('shot', 2), one('syrup')]); // room for three
		expect(withQuantity(extras, [one('shot', 2), one('syrup')], 'shot', 0)).toEqual([one('syrup')]);
		expect(unitPrice(shop(), 'm', [one('shot', 2)], noon)).toBe(unitPrice(shop(), 'm', [one('shot')], noon) + groupPrice(extras, [one('shot', 2)]) - groupPrice(extras, [one('shot')]));
	});

	it('chooses as taps do', () => {
		expect(toggle(milk, [], 'oat')).toEqual([one('oat')]);
		expect(toggle(milk, [one('oat')], 'oat')).toEqual([one('oat')]);
		expect(toggle(milk, [one('oat'), one('shot')], 'whole')).toEqual([one('shot'), one('whole')]);
		expect(toggle(extras, [one('shot')], 'shot')).toEqual([]);
		expect(toggle(extras, [one('shot', 3)], 'syrup')).toEqual([one('shot', 3)]);
		expect(groupPrice(extras, [])).toBe(0);
	});
});

it('says how many are left, and to a phone that none is none', () => {
	const few = { item_ids: [], variation_ids: ['x'], modifier_ids: [], few_left: [{ variation_id: 'f', left: 0 }, { variation_id: 's', left: 2 }, { variation_id: 'c', left: 3 }] };
	const left = (catalogue: Catalogue) => ['filter', 'latte', 'creme'].map((id) => catalogue.leftOf(catalogue.item(id)!));
	expect(left(new Catalogue(menu, few))).toEqual([0, undefined, 3]); // of the larger lattes there are enough
	expect(left(shop())).toEqual([undefined, undefined, undefined]);
	expect([new Catalogue(menu, few).canSell('f'), new Catalogue(menu, noneIsOut(few)).canSell('f')]).toEqual([true, false]);
	expect(noneIsOut(few).variation_ids).toEqual(['x', 'f']);
});

describe('cart', () => {
	const filled = () => {
		const cart = newCart('cafe', 4);
		const key = addPlain(cart, 'm');
		addPlain(cart, 'm');
		addPlain(cart, 'm');
		return { cart, key };
	};

	it('raises a plain line only', () => {
		const { cart, key } = filled();
		expect(cart.lines.map((l) => l.quantity)).toEqual([3]);
		const changed = splitOne(cart, key);
		cart.lines.find((l) => l.key === changed)!.choices = [one('oat')];
		addPlain(cart, 'm');
		expect(cart.lines.map((l) => [l.quantity, l.choices.length])).toEqual([[3, 0], [1, 1]]);
		expect(unitsOf(cart)).toBe(4);
		expect(subtotal(shop(), cart, noon)).toBe(3 * 2500 + 3000);
		expect(removeLine(cart, changed)?.at).toBe(1);
		expect(removeLine(cart, changed)).toBeNull();
	});

	it('says what stands in the way', () => {
		const { cart } = filled();
		addPlain(cart, 'f');
		addLine(cart, { variationId: 'gone', choices: [], quantity: 1, note: '' });
		addLine(cart, { variationId: 's', choices: [one('oat')], quantity: 1, note: '' });
		expect(troubles(shop(['m', 'oat']), cart).map((t) => t.kind)).toEqual(['out', 'choose', 'gone', 'modifier_out']);
		expect(troubles(shop(), { ...cart, lines: cart.lines.slice(0, 1) })).toEqual([]);
	});

	it('asks again when what comes by default is sold out', () => {
		const { cart } = filled();
		const latte = { ...cart, lines: [{ ...cart.lines[0]!, choices: [] }] };
		expect(troubles(shop(['whole']), latte)).toEqual([{ key: latte.lines[0]!.key, kind: 'modifier_out', name: 'Whole' }]);
		expect(troubles(shop(['whole']), { ...latte, lines: [{ ...latte.lines[0]!, choices: [one('oat')] }] })).toEqual([]);
	});

	it('goes to the server as it is', () => {
		const { cart } = filled();
		cart.lines[0]!.choices = [one('oat')];
		const request = toRequest(cart);
		expect(request.id).toBe(cart.id);
		expect(request.lines).toEqual([{ variation_id: 'm', modifiers: [{ modifier_id: 'oat', quantity: 1 }], quantity: 3, note: '' }]);
	});
});

describe('allergens', () => {
	const known = {
		variations: [{ variation_id: 'm', slots: [{ slot: 'milk', allergens: ['milk'], only: '' }, { slot: 'cup', allergens: ['soya'], only: 'take_away' }] }],
		modifiers: [{ modifier_id: 'oat', replaces_slots: [{ slot: 'milk', allergens: ['gluten'], only: '' }], adds: [] }, { modifier_id: 'syrup', replaces_slots: [], adds: ['nuts'] }]
	};
	it.each([
		['as it comes', [], ['milk']],
		['oat instead', [one('oat')], ['gluten']],
		['and syrup', [one('oat'), one('syrup')], ['gluten', 'nuts']]
	])('%s', (_, choices, want) => expect(allergensOf(shop(), known, 'm', choices, 'eat_in')).toEqual(want));
	it('adds up the lines of a slot that are for one service only', () => {
		const slot = (allergens: string[], only: string) => ({ slot: 'top', allergens, only });
		const recipe = { variations: [{ variation_id: 'm', slots: [slot(['milk'], ''), slot(['nuts'], 'take_away')] }], modifiers: [] };
		expect(allergensOf(shop(), recipe, 'm', [], 'take_away')).toEqual(['milk', 'nuts']);
		expect(allergensOf(shop(), recipe, 'm', [], 'eat_in')).toEqual(['milk']);
	});
	it('says when nobody knows', () => {
		expect(allergensOf(shop(), known, 'c', [], 'eat_in')).toBeNull();
		expect(allergensOf(shop(), known, 'm', [], 'take_away')).toEqual(['milk', 'soya']);
	});
});
