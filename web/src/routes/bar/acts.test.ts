import { beforeEach, expect, it, vi } from 'vitest';
import type { Ticket, TicketLine } from '$lib/board/types';
import { Acts } from './acts.svelte';
import type { LiveBoard } from './board.svelte';

const post = vi.hoisted(() => vi.fn());
vi.mock('$api/client', async (original) => ({
	...(await original<object>()),
	api: { device: { POST: post } },
	ok: (answer: Promise<unknown>) => answer
}));

const line = { line: 1, state: 'making', station: 'bar', item_name: 'Latte' } as TicketLine;
const ticket = { order_id: 'one', call_number: 'A-001', customer_name: '', lines: [line] } as unknown as Ticket;
const board = () => ({ now: 0, known: { tickets: new Map([['one', ticket]]) }, took: () => {}, fetch: async () => {} }) as unknown as LiveBoard;

beforeEach(() => void post.mockReset());

it('undoes the last touch, not the last answer', async () => {
	let answer: (order: object) => void = () => {};
	post.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
	const acts = new Acts(board());
	const ready = acts.bump(ticket, ticket.lines);
	acts.handOver(ticket); // the stream told that it is ready before the answer did
	answer({});
	await ready;
	expect(acts.done.map((done) => done.kind)).toEqual(['handing', 'ready']);
	await acts.undo();
	expect(acts.handing.size).toBe(0);
	expect(post).toHaveBeenCalledTimes(1);
	post.mockResolvedValue({});
	await acts.undo();
	expect(post).toHaveBeenLastCalledWith('/api/v1/orders/{id}/lines', { params: { path: { id: 'one' } }, body: { lines: [1], from: 'ready', to: 'making' } });
});
