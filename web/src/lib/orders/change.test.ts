import { expect, it } from 'vitest';
import { changeOf, draftOf, replacementOf } from './change';
import type { Order } from './rules';

const line = (n: number, state: string, variation: string, modifiers: string[] = []) => ({
	line: n, state, variation_id: variation, modifiers: modifiers.map((id) => ({ modifier_id: id, quantity: 1 })), quantity: 2, note: '', combo_id: '', station: 'bar'
});
const order = {
	id: 'o', cafe_id: 'c', service: 'take_away', customer_name: 'Zineb', table: '', lines: [line(1, 'queued', 'm', ['oat']), line(2, 'making', 'm'), line(3, 'queued', 's')]
} as unknown as Order;

it('offers what the bar has not begun', () => expect(draftOf(order).map((d) => d.was)).toEqual([1, 3]));

it('takes back only what differs', () => {
	const draft = draftOf(order);
	expect(changeOf(order, draft)).toEqual({ voidLines: [], lines: [] });
	draft[0]!.choices = [];
	expect(changeOf(order, draft)).toEqual({ voidLines: [1], lines: [draft[0]] });
	expect(changeOf(order, draft.slice(1)).voidLines).toEqual([1]);
	const added = { key: 'k', variationId: 'x', choices: [], quantity: 1, note: '' };
	const change = changeOf(order, [...draftOf(order), added]);
	expect(change).toEqual({ voidLines: [], lines: [added] });
	expect(replacementOf(order, 'new', change)).toMatchObject({ id: 'new', cafe_id: 'c', customer_name: 'Zineb', lines: [{ variation_id: 'x', quantity: 1 }] });
});
