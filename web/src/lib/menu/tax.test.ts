import { describe, expect, it } from 'vitest';
import { addLine, newCart, type Cart } from './cart';
import { Catalogue, type Menu } from './catalogue';
import { taxRows } from './tax';

const usd = (amount: number) => ({ amount, currency: 'USD' });
const item = (id: string, amount: number, tax_code: string, groups: string[] = []): Menu['items'][0] => ({
	id, category_id: 'all', name: id, description: '', tax_code, station: 'bar', rank: 1, drawing: '', modifier_group_ids: groups,
	variations: [{ id: `${id}-one`, name: '', bar_seconds: 0, price_windows: [], price: usd(amount) }]
});
const catalogue = new Catalogue({
	cafe_id: 'cafe', release: 1, currency: 'USD', categories: [],
	modifier_groups: [{ id: 'extras', name: 'Extras', min: 0, max: 1, free_count: 0, modifiers: [{ id: 'shot', name: 'Shot', is_default: false, price_delta: usd(60) }] }],
	items: [item('latte', 375, 'standard', ['extras']), item('bread', 250, 'food'), item('plain', 100, ''), item('gift', 500, 'unnamed')],
	combos: [{ id: 'morning', category_id: 'all', name: 'Morning', rank: 1, drawing: '', price: usd(500), slots: [] } as unknown as Menu['combos'][0]]
});
const rates = [{ code: 'standard', eat_in: 2000, take_away: 550 }, { code: 'food', eat_in: 550, take_away: 550 }];
const noon = { weekday: 5, minute: 720 };
const cart = (...lines: [string, number, string[]?][]): Cart => {
	const made = newCart('cafe', 1, 0);
	for (const [variationId, quantity, choices = []] of lines) {
		addLine(made, { variationId, quantity, note: '', choices: choices.map((id) => ({ id, quantity: 1 })) });
	}
	return made;
};
const rows = (of: Cart, mode: 'inclusive' | 'exclusive', service = 'eat_in') => taxRows(catalogue, of, { mode, rates }, service, noon);

describe('taxRows', () => {
	it('rounds once for each rate, the lowest first', () => {
		const of = cart(['latte-one', 3], ['bread-one', 1], ['latte-one', 1, ['shot']], ['plain-one', 1]);
		// 3 × 375 + 435 + 100 = 1660 at 20 %, and 250 at 5.5 %
		expect(rows(of, 'exclusive')).toEqual([{ rate: 550, tax: 14 }, { rate: 2000, tax: 332 }]);
		expect(rows(of, 'inclusive')).toEqual([{ rate: 550, tax: 13 }, { rate: 2000, tax: 277 }]);
	});
	it('knows that to go is another rate', () => {
		expect(rows(cart(['latte-one', 2], ['bread-one', 1]), 'exclusive', 'take_away')).toEqual([{ rate: 550, tax: 55 }]);
	});
	it('has no row for what is untaxed, and none for an empty cart', () => {
		expect(rows(cart(['gift-one', 1]), 'exclusive')).toEqual([]);
		expect(rows(cart(), 'inclusive')).toEqual([]);
		expect(taxRows(catalogue, cart(['latte-one', 1]), {}, 'eat_in', noon)).toEqual([]);
	});
	it('shares a combo by what its parts cost alone', () => {
		const of = cart();
		const part = (variationId: string, choices: { id: string; quantity: number }[] = []) => ({ slotId: variationId, variationId, choices });
		const combo = { comboId: 'morning', parts: [part('latte-one', [{ id: 'shot', quantity: 1 }]), part('bread-one')] };
		addLine(of, { variationId: '', choices: [], quantity: 2, note: '', combo });
		// 500 × 375 / 625 = 300 and its shot, 200: 720 at 20 %, 400 at 5.5 %
		expect(rows(of, 'exclusive')).toEqual([{ rate: 550, tax: 22 }, { rate: 2000, tax: 144 }]);
	});
});
