import { describe, expect, it } from 'vitest';
import { looksLikeAllergy } from './notes';
import { columnsIn, place } from './place';
import { fit, isStale, makingNow, readyNow, soon, type Entry } from './ready';

describe('columns', () => {
	it('puts each where there is most room, the first ones at the top', () => {
		expect(place([100, 300, 50, 50, 10], 3, 10)).toEqual({
			places: [{ column: 0, top: 0 }, { column: 1, top: 0 }, { column: 2, top: 0 }, { column: 2, top: 60 }, { column: 0, top: 110 }],
			height: 300
		});
	});
	it('is one column on a phone, and nothing of nothing', () => {
		expect(place([100, 50], 1, 10)).toEqual({ places: [{ column: 0, top: 0 }, { column: 0, top: 110 }], height: 160 });
		expect(place([], 3, 10).height).toBe(0);
		expect(place([10], 0, 10).places).toEqual([{ column: 0, top: 0 }]);
	});
	it.each([[0, 1], [320, 1], [492, 2], [491, 1], [996, 4], [2520, 10]])('%i px hold %i', (width, want) => expect(columnsIn(width, 240, 12)).toBe(want));
});

it.each([
	['Nut allergy: clean jug', true], ['ALLERGIQUE aux arachides', true], ['sans lactose', true], ['حساسية من المكسرات', true], ['cœliaque', true], ['gluten free please', true],
	['no lids please', false], ['donuts to go', false], ['sans sucre', false], ['', false]
])('note %s', (note, want) => expect(looksLikeAllergy(note)).toBe(want));

describe('the ready board', () => {
	const entry = (call_number: string, first_name = '', promised_at?: string): Entry => ({ call_number, first_name, promised_at });
	const numbers = (all: readonly { number: string }[]) => all.map((one) => one.number).join(' ');

	it('shows the newest first and calls only what is new', () => {
		const before = readyNow([], [entry('A-1'), entry('A-2')], 100_000, true);
		expect(numbers(before)).toBe('A-2 A-1');
		expect(before.every((one) => one.since < 100_000 - 11_000)).toBe(true);
		const after = readyNow(before, [entry('A-1'), entry('A-3', 'Zineb')], 103_000, false);
		expect(numbers(after)).toBe('A-3 A-1');
		expect(after[0]).toEqual({ number: 'A-3', name: 'Zineb', since: 103_000 });
		expect(readyNow(after, [entry('A-1'), entry('A-3')], 106_000, false)[0]!.since).toBe(103_000);
	});

	it('has each number once, ready before being made', () => {
		const ready = readyNow([], [entry('A-1', 'Zineb'), entry('A-1', 'Zineb')], 1, true);
		expect(numbers(ready)).toBe('A-1');
		expect(makingNow([entry('A-1'), entry('A-2'), entry('A-2')], ready, 1).map((one) => one.call_number)).toEqual(['A-2']);
	});

	it('leaves out what is promised for much later', () => {
		const now = Date.UTC(2026, 10, 20, 12);
		const at = (ms: number) => new Date(now + ms).toISOString();
		expect(makingNow([entry('P-1', '', at(soon + 1000)), entry('P-2', '', at(soon))], [], now).map((one) => one.call_number)).toEqual(['P-2']);
	});

	it('is stale after 15 s', () => {
		expect(isStale(1000, 16_000)).toBe(false);
		expect(isStale(1000, 16_001)).toBe(true);
	});

	it.each([
		[0, 1.3, { columns: 1, rows: 1 }], [1, 1.3, { columns: 1, rows: 1 }], [4, 1.3, { columns: 2, rows: 2 }], [9, 0.7, { columns: 2, rows: 5 }], [12, 1.3, { columns: 3, rows: 4 }]
	])('%i numbers in a field of %f', (count, field, want) => expect(fit(count, field, 2.1, 3)).toEqual(want));
});
