import { describe, expect, it } from 'vitest';
import { line, minutes, noon, ticket } from './fixtures';
import { byStation, byStart, isLater, isReady, linesOf, split, stationsOf } from './sorting';

const ids = (tickets: { order_id: string }[]) => tickets.map((one) => one.order_id).join(' ');

describe('the order of tickets', () => {
	it('is by when to begin, remakes first, equals never jumping', () => {
		const tickets = [
			ticket({ order_id: 'late-start', start_at: minutes(9) }),
			ticket({ order_id: 'b', start_at: minutes(1) }),
			ticket({ order_id: 'a', start_at: minutes(1) }),
			ticket({ order_id: 'older', start_at: minutes(1), placed_at: minutes(-1) }),
			ticket({ order_id: 'again', source: 'remake', start_at: minutes(30) }),
			ticket({ order_id: 'unpromised', start_at: undefined, promised_at: undefined, placed_at: minutes(0) })
		];
		expect(ids([...tickets].sort(byStart))).toBe('again unpromised older a b late-start');
		expect(ids([...tickets].reverse().sort(byStart))).toBe('again unpromised older a b late-start');
	});

	it.each([
		['a pick-up in 20 minutes', { pickup_at: minutes(20), start_at: minutes(19) }, true],
		['a pick-up whose work begins in 5 minutes', { pickup_at: minutes(6), start_at: minutes(5) }, false],
		['a pick-up that was begun', { pickup_at: minutes(20), start_at: minutes(19), state: 'in_progress' }, false],
		['an order at the end of a long queue', { start_at: minutes(19), promised_at: minutes(20) }, false]
	])('%s', (_, of, want) => expect(isLater(ticket(of), noon)).toBe(want));
});

describe('split', () => {
	const tickets = [
		ticket({ order_id: 'now' }),
		ticket({ order_id: 'kitchen', lines: [line({ station: 'kitchen' }), line({ line: 2, state: 'ready' })] }),
		ticket({ order_id: 'later', pickup_at: minutes(40), start_at: minutes(38) }),
		ticket({ order_id: 'ready', state: 'ready', ready_at: minutes(0), lines: [line({ state: 'ready' })] }),
		ticket({ order_id: 'ready-first', state: 'ready', ready_at: minutes(-3), lines: [line({ state: 'ready' })] }),
		ticket({ order_id: 'cake', state: 'placed', lines: [line({ station: '' })] }),
		ticket({ order_id: 'voided', state: 'voided', lines: [line({ state: 'voided', voided_at: minutes(0) })] }),
		ticket({ order_id: 'half', state: 'ready', lines: [line({ state: 'ready' }), line({ line: 2, state: 'voided', voided_at: minutes(0) })] })
	];

	it('tells what is to make, later and ready', () => {
		const { flow, later, ready } = split(tickets, noon, '');
		expect(ids(flow)).toBe('half kitchen now voided');
		expect(ids(later)).toBe('later');
		expect(ids(ready)).toBe('cake ready-first ready');
	});

	it('shows a station only what is its own', () => {
		expect(ids(split(tickets, noon, 'kitchen').flow)).toBe('kitchen');
		expect(ids(split(tickets, noon, 'bar').flow)).toBe('half now voided');
		expect(linesOf(tickets[1]!, 'kitchen').map((one) => one.line)).toEqual([1]);
	});

	it('takes a later one that somebody begins with', () => {
		expect(ids(split(tickets, noon, '', new Set(['later'])).flow)).toBe('half kitchen now voided later');
	});

	it('brings a later one when its time has come', () => {
		expect(ids(split(tickets, noon + 34 * 60_000, '').later)).toBe('');
	});
});

it('what was handed over in part is ready with its rest', () => {
	const rest = ticket({ state: 'ready', lines: [line({ state: 'handed_over', station: '' }), line({ line: 2, state: 'ready' })] });
	expect(isReady(rest)).toBe(true);
	expect(linesOf(rest, '').map((one) => one.line)).toEqual([2]);
	expect(isReady(ticket({ state: 'placed', lines: [line({ state: 'handed_over', station: '' })] }))).toBe(false);
});

it('stations come from the menu and from tickets, each once', () => {
	expect(stationsOf([ticket(), ticket({ lines: [line({ station: 'kitchen' }), line({ station: '' })] })], ['bar', ''])).toEqual(['bar', 'kitchen']);
});

it('groups lines by station, what needs no making last', () => {
	const groups = byStation([line({ station: '', line: 1 }), line({ station: 'kitchen', line: 2 }), line({ line: 3 }), line({ line: 4 })]);
	expect(groups.map((group) => [group.station, group.lines.map((one) => one.line)])).toEqual([['bar', [3, 4]], ['kitchen', [2]], ['', [1]]]);
});
