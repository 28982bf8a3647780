import { describe, expect, it } from 'vitest';
import type { Schemas } from '$api/client';
import { allDay, head } from './counts';
import { line, minutes, ticket } from './fixtures';
import { knowledgeOf, knowsNothing, modifierOf, telling } from './knowledge';

const modifier = (id: string, name: string, is_default = false) => ({ id, name, is_default });
const menu = {
	items: [
		{ name: 'Latte', station: 'bar', modifier_group_ids: ['milk', 'extra'] },
		{ name: 'Tea', station: 'bar', modifier_group_ids: ['sugar'] },
		{ name: 'Toast', station: 'kitchen', modifier_group_ids: [] },
		{ name: 'Cake', station: '', modifier_group_ids: [] }
	],
	modifier_groups: [
		{ id: 'milk', modifiers: [modifier('w', 'Whole milk', true), modifier('o', 'Oat'), modifier('s', 'Soy')] },
		{ id: 'extra', modifiers: [modifier('d', 'Decaf'), modifier('x', 'Extra shot')] },
		{ id: 'sugar', modifiers: [modifier('n', 'No sugar', true)] }
	]
} as unknown as Schemas['Menu'];
const slot = (modifier_id: string, name?: string) => ({ modifier_id, adds: [], replaces_slots: name ? [{ slot: name, allergens: [], only: '' }] : [] });
const allergens = { variations: [], modifiers: [slot('o', 'milk'), slot('s', 'milk'), slot('d', 'beans'), slot('x')] };
const knowledge = knowledgeOf(menu, allergens);

describe('all day', () => {
	const tickets = [
		ticket({ lines: [line({ quantity: 2, modifiers: ['Oat'] }), line({ line: 2, item_name: 'Tea' })] }),
		ticket({ lines: [line({ modifiers: ['Oat', 'Decaf'], state: 'making' }), line({ line: 2, state: 'ready', modifiers: ['Oat'] })] }),
		ticket({ lines: [line({ item_name: 'Toast', station: 'kitchen' }), line({ line: 2, item_name: 'Cake', station: '' })] }),
		ticket({ lines: [line({ state: 'voided', voided_at: minutes(0) })] })
	];

	it('counts what is still to make, most first', () => {
		expect(allDay(tickets, '', knowledge).items).toEqual([
			{ name: 'Latte', count: 3 }, { name: 'Tea', count: 1 }, { name: 'Toast', count: 1 }
		]);
		expect(allDay(tickets, 'kitchen', knowledge).items).toEqual([{ name: 'Toast', count: 1 }]);
	});

	it('finds what can share a jug', () => {
		expect(allDay(tickets, '', knowledge).same).toEqual([
			{ name: 'Oat', slot: 'milk', jug: true, count: 3 }, { name: 'Decaf', slot: 'beans', jug: false, count: 1 }
		]);
		expect(allDay(tickets, '', knowsNothing).same).toEqual([]);
	});

	it('shows the first few', () => {
		const counts = [5, 4, 2, 1].map((count) => ({ name: String(count), count }));
		expect(head(counts, 4)).toEqual({ shown: counts, rest: 0 });
		expect(head(counts, 3)).toEqual({ shown: counts.slice(0, 2), rest: 3 });
	});
});

describe('what has to be read', () => {
	it.each([
		['the usual is left out', 'Latte', ['Whole milk', 'Extra shot'], ['Extra shot']],
		['what is usual elsewhere is not', 'Toast', ['Whole milk'], ['Whole milk']],
		['twice the usual is not usual', 'Latte', ['2 × Whole milk'], ['2 × Whole milk']],
		['an unknown item shows all', 'Ristretto', ['Whole milk'], ['Whole milk']]
	])('%s', (_, item, modifiers, want) => expect(telling(item, modifiers, knowledge)).toEqual(want));

	it('says nothing where one name means two things', () => {
		const twice = { ...menu, modifier_groups: [...menu.modifier_groups, { id: 'extra', modifiers: [modifier('w2', 'Whole milk')] }] } as Schemas['Menu'];
		expect(telling('Latte', ['Whole milk'], knowledgeOf(twice, null))).toEqual(['Whole milk']);
	});

	it('reads how many', () => {
		expect(modifierOf('2 × Extra shot')).toEqual({ name: 'Extra shot', count: 2 });
		expect(modifierOf('7 × up')).toEqual({ name: 'up', count: 7 });
		expect(modifierOf('Oat')).toEqual({ name: 'Oat', count: 1 });
	});

	it('knows the stations', () => expect(knowledge.stations).toEqual(['bar', 'kitchen']));
});
