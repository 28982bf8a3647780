import { describe, expect, test } from 'vitest';
import { comboFault, comboForm, groupFault, groupForm, itemFault, itemForm, overlayForm, sentEffects, sentGroup, sentItem, sentOverlay, type Item } from './shapes';
import { linesFault, sentLines } from './recipe';

const item: Item = {
	id: 'i', category_id: 'c', name: 'Latte', description: '', tax_code: 'standard', station: 'bar', rank: 1, drawing: '', version: 3, modifier_group_ids: ['g'],
	variations: [{ id: 'm', name: 'Medium', prices: [{ amount: 2500, currency: 'MAD' }], bar_seconds: 60 }],
	price_windows: [{ name: 'Early', variation_id: 'm', weekdays: [1], from_minute: 420, to_minute: 540, prices: [{ amount: 2000, currency: 'MAD' }] }]
};
const recipe = { variation_id: 'm', version: 2, lines: [{ slot: 'milk', ingredient_id: 'cow', quantity: 240_000, only: '' as const }] };
const form = () => itemForm(item, new Map([['m', recipe]]), ['EUR', 'MAD']);

describe('an item', () => {
	test('that was read is sent as it was', () => {
		const sent = sentItem(form());
		expect(sent.variations).toEqual(item.variations);
		expect(sent.price_windows).toEqual(item.price_windows);
		expect(sent.version).toBe(3);
		expect(form().recipes.m).toMatchObject({ version: 2, lines: [{ slot: 'milk', quantity: 240_000 }] });
		expect(form().variations[0]!.prices).toEqual({ EUR: null, MAD: 2500 });
	});
	test.each([
		['whole', () => {}, null],
		['without a name', (f) => (f.name = ' '), 'name'],
		['without a size', (f) => (f.variations = []), 'sizes'],
		['with two sizes of one name', (f) => f.variations.push({ ...f.variations[0]!, id: 'x', name: 'medium ' }), 'size_twice'],
		['with a window that ends before it begins', (f) => (f.price_windows[0]!.to_minute = 400), 'window'],
		['with a window without a price', (f) => (f.price_windows[0]!.prices.MAD = null), 'window'],
		['with a line without a quantity', (f) => (f.recipes.m!.lines[0]!.quantity = null), 'recipe_unfinished'],
		['with a slot that is no word', (f) => (f.recipes.m!.lines[0]!.slot = 'Milk!'), 'recipe_slot'],
		['with one ingredient twice', (f) => f.recipes.m!.lines.push({ ...f.recipes.m!.lines[0]! }), 'recipe_twice']
	] as [string, (f: ReturnType<typeof form>) => void, string | null][])('%s', (_what, change, want) => {
		const one = form();
		change(one);
		expect(itemFault(one)).toBe(want);
	});
});

test('a free price is a price, an empty one is none', () => {
	const one = form();
	one.variations[0]!.prices = { EUR: 0, MAD: null };
	expect(sentItem(one).variations[0]!.prices).toEqual([{ amount: 0, currency: 'EUR' }]);
});

test('a group and the effects of its modifiers', () => {
	const group = groupForm(
		{ id: 'g', name: 'Milk', min: 1, max: 1, free_count: 0, version: 1, modifiers: [{ id: 'oat', name: 'Oat', price_deltas: [{ amount: -100, currency: 'MAD' }], is_default: true }] },
		new Map([['oat', { modifier_id: 'oat', version: 1, effects: [{ kind: 'substitute' as const, slot: 'milk', ingredient_id: 'o' }, { kind: 'scale' as const, slot: 'ice', numerator: 0, denominator: 1 }] }]]),
		['MAD']
	);
	expect(groupFault(group)).toBeNull();
	expect(sentGroup(group).modifiers[0]).toEqual({ id: 'oat', name: 'Oat', is_default: true, price_deltas: [{ amount: -100, currency: 'MAD' }] });
	expect(sentEffects(group.effects.oat!.list)).toEqual([
		{ kind: 'substitute', slot: 'milk', ingredient_id: 'o', quantity: 0, only: '' },
		{ kind: 'scale', slot: 'ice', numerator: 0, denominator: 1, only: '' }
	]);
	group.effects.oat!.list.push({ kind: 'add', slot: 'beans', ingredient_id: 'b', quantity: null, numerator: null, denominator: null, only: '' });
	expect(groupFault(group)).toBe('effect');
	group.min = 2;
	expect(groupFault(group)).toBe('bounds');
});

test('a combo needs a price and something in every part', () => {
	const combo = comboForm({ id: 'x', name: 'Breakfast', category_id: 'c', prices: [{ amount: 3000, currency: 'MAD' }], slots: [{ id: 's', name: 'Drink', variation_ids: ['m'] }], rank: 0, version: 1 }, ['MAD']);
	expect(comboFault(combo)).toBeNull();
	combo.slots[0]!.variation_ids = [];
	expect(comboFault(combo)).toBe('slots');
	combo.prices.MAD = null;
	expect(comboFault(combo)).toBe('price');
});

test('a café’s exceptions: what is as the chain has it is none', () => {
	const overlay = overlayForm({ cafe_id: 'c', version: 2, entries: [{ kind: 'item', id: 'a', unavailable: true }, { kind: 'variation', id: 'b', price: { amount: 0, currency: 'MAD' } }] });
	overlay.entries['combo/x'] = { unavailable: false, price: null };
	expect(sentOverlay(overlay, 'MAD')).toEqual([
		{ kind: 'item', id: 'a', unavailable: true },
		{ kind: 'variation', id: 'b', unavailable: false, price: { amount: 0, currency: 'MAD' } }
	]);
});

test('lines without slots are named by their place', () => {
	const lines = [{ slot: '', ingredient_id: 'sugar', quantity: 500_000, only: '' }];
	expect(linesFault(lines)).toBe('slot');
	expect(linesFault(lines, false)).toBeNull();
	expect(sentLines(lines)[0]!.slot).toBe('part_1');
});
