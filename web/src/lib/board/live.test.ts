import { describe, expect, it } from 'vitest';
import type { Schemas } from '$api/client';
import { line, minutes, ticket } from './fixtures';
import { nothing, onBoard, withBoard, withOrder, withTicket, type Known } from './live';

const knows = (known: Known | null) => [...known!.tickets.values()].map((one) => `${one.order_id}:${one.version}`).join(' ');
const board = (seq: number, ...tickets: Schemas['Ticket'][]) => ({ seq, tickets });
const start = withBoard(nothing, board(5, ticket({ order_id: 'a', version: 2 }), ticket({ order_id: 'b', version: 1 })))!;

describe('what a board knows', () => {
	it('is a snapshot, then what the stream adds', () => {
		expect(knows(start)).toBe('a:2 b:1');
		const next = withTicket(start, 6, ticket({ order_id: 'c' }));
		expect([knows(next), next.seq]).toEqual(['a:2 b:1 c:1', 6]);
		expect(knows(start)).toBe('a:2 b:1');
	});

	it.each([
		['an older ticket changes nothing', ticket({ order_id: 'a', version: 1, state: 'ready' }), 'a:2 b:1'],
		['a newer one takes its place', ticket({ order_id: 'a', version: 3 }), 'a:3 b:1'],
		['what is collected leaves', ticket({ order_id: 'a', version: 3, state: 'collected' }), 'b:1'],
		['what is voided leaves', ticket({ order_id: 'a', version: 3, state: 'voided', lines: [] }), 'b:1'],
		['but stays while somebody has to see it', ticket({ order_id: 'a', version: 3, state: 'voided', lines: [line({ voided_at: minutes(0) })] }), 'a:3 b:1'],
		['what is unknown and over is not taken in', ticket({ order_id: 'z', state: 'uncollected' }), 'a:2 b:1']
	])('%s', (_, event, want) => expect(knows(withTicket(start, 6, event))).toBe(want));

	it('refuses a snapshot that is older than the stream', () => {
		expect(withBoard({ ...start, seq: 9 }, board(8))).toBeNull();
		expect(withBoard({ ...start, seq: 9 }, board(9))).not.toBeNull();
	});

	it('keeps a newer answer over a snapshot, and forgets what the snapshot lacks', () => {
		expect(knows(withBoard(start, board(6, ticket({ order_id: 'a', version: 1 }))))).toBe('a:2');
	});
});

describe('the answer to a tap', () => {
	const order = (of: object) => ({ id: 'a', version: 3, state: 'ready', lines: [{ line: 1, state: 'ready', problem: '' }], ...of }) as unknown as Schemas['Order'];

	it('is seen before the stream tells', () => {
		const known = withOrder(start, order({}));
		expect(known.tickets.get('a')).toMatchObject({ version: 3, state: 'ready', lines: [{ state: 'ready', item_name: 'Latte' }] });
	});

	it.each([
		['an older answer changes nothing', { version: 2 }, 'a:2 b:1'],
		['what it ended leaves', { state: 'collected' }, 'b:1'],
		['an order that is not here is nobody’s', { id: 'z' }, 'a:2 b:1']
	])('%s', (_, of, want) => expect(knows(withOrder(start, order(of)))).toBe(want));

	it('drops a voided line that was seen, and keeps one that was not', () => {
		const voided = { line: 1, state: 'voided', problem: '', voided_at: minutes(0) };
		const making = withBoard(nothing, board(1, ticket({ order_id: 'a', lines: [line({ state: 'making' })] })))!;
		expect(withOrder(making, order({ lines: [voided] })).tickets.get('a')!.lines).toHaveLength(1);
		expect(withOrder(making, order({ lines: [{ ...voided, void_seen_at: minutes(1) }] })).tickets.get('a')!.lines).toHaveLength(0);
	});
});

it('an order that is over is not on the board', () => {
	expect(onBoard(ticket())).toBe(true);
	expect(onBoard(ticket({ state: 'collected' }))).toBe(false);
});
