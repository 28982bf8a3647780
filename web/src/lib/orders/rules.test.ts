import { describe, expect, it } from 'vitest';
import { changeable, contents, dueTogether, lineText, probablyMade, refundable, relabelable, remakable, shelfOf, voidable, type Order } from './rules';

const line = (n: number, state: string, more: object = {}) =>
	({ line: n, state, station: 'bar', quantity: 2, refunded_quantity: 0, combo_id: '', item_name: 'Latte', variation_name: 'L', modifiers: [], ...more }) as unknown as Order['lines'][0];
const order = (more: object = {}) => ({ state: 'placed', currency: 'MAD', due: 0, lines: [], tenders: [], ...more }) as unknown as Order;
const numbers = (lines: { line: number }[]) => lines.map((l) => l.line);

describe('what may be done', () => {
	const all = order({
		lines: [line(1, 'queued'), line(2, 'making'), line(3, 'ready'), line(4, 'handed_over', { refunded_quantity: 1 }), line(5, 'voided'), line(6, 'handed_over', { station: '', refunded_quantity: 2 }), line(7, 'queued', { combo_id: 'c' })]
	});
	it('with lines', () => {
		expect(numbers(voidable(all))).toEqual([1, 2, 3, 7]);
		expect(numbers(changeable(all))).toEqual([1]);
		expect(numbers(remakable(all))).toEqual([1, 2, 3, 4, 7]);
		expect(refundable(all).map((r) => [r.line.line, r.left])).toEqual([[4, 1]]);
		expect(probablyMade(all.lines.slice(0, 1))).toBe(false);
		expect(probablyMade(all.lines.slice(0, 2))).toBe(true);
	});
	it.each([
		['placed', 'making'], ['in_progress', 'making'], ['ready', 'ready'], ['collected', 'done'], ['uncollected', 'done'], ['voided', 'done']
	])('%s stands under %s', (state, shelf) => expect(shelfOf(order({ state }))).toBe(shelf));
	it('with tenders', () => {
		const tenders = [
			{ id: 'a', kind: 'cash', direction: 'capture', relabels: '' },
			{ id: 'b', kind: 'card', direction: 'capture', relabels: 'a' },
			{ id: 'c', kind: 'cash', direction: 'payout', relabels: '' },
			{ id: 'd', kind: 'voucher', direction: 'capture', relabels: '' }
		];
		expect(relabelable(order({ tenders })).map((t) => t.id)).toEqual(['b']);
	});
	it('with money', () => {
		expect(dueTogether([order({ due: 3 }), order({ due: 4 })])).toEqual({ due: 7, currency: 'MAD' });
		expect(dueTogether([order(), order({ currency: 'EUR' })])).toBeNull();
		expect(dueTogether([])).toBeNull();
	});
});

it('names a line as people do', () => {
	const known = { isOnlySize: (id: string) => id === 'one', isUsual: (id: string) => id === 'whole' };
	const modifiers = [{ modifier_id: 'whole', name: 'whole', quantity: 1 }, { modifier_id: 'oat', name: 'oat', quantity: 1 }, { modifier_id: 'shot', name: 'shot', quantity: 2 }];
	const latte = line(1, 'queued', { modifiers });
	const croissant = line(2, 'queued', { variation_id: 'one', item_name: 'Croissant', quantity: 1 });
	expect(lineText(latte, known)).toBe('Latte L · oat, 2 × shot');
	expect(lineText(line(1, 'queued'), known)).toBe('Latte L');
	expect(lineText(croissant, known)).toBe('Croissant');
	const gone = line(3, 'voided');
	expect(contents(order({ lines: [latte, croissant, gone] }), known)).toBe('2 × Latte L · oat, 2 × shot, Croissant');
	expect(contents(order({ lines: [gone] }), known)).toBe('2 × Latte L');
});
