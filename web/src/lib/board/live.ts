// What a board knows of its tickets, and how each thing it hears changes that. The newer version of a ticket always
// wins, so the order in which a snapshot, an event and an answer to a tap arrive makes no difference.
import type { Schemas } from '$api/client';
import type { Board, Ticket } from './types';

export interface Known {
	tickets: ReadonlyMap<string, Ticket>;
	/** The position of the journal heard last. */
	seq: number;
}

export const nothing: Known = { tickets: new Map(), seq: 0 };

const over = ['collected', 'uncollected', 'voided'];

/** A ticket stays until its order is over and nobody has to acknowledge anything on it. */
export function onBoard(ticket: Ticket): boolean {
	return !over.includes(ticket.state) || ticket.lines.some((line) => line.voided_at);
}

/** A fresh snapshot, or null when it is older than what the stream has told already: then it is to be fetched again. */
export function withBoard(known: Known, board: Board): Known | null {
	if (board.seq < known.seq) return null;
	const tickets = new Map<string, Ticket>();
	for (const ticket of board.tickets) {
		const had = known.tickets.get(ticket.order_id);
		tickets.set(ticket.order_id, had && had.version > ticket.version ? had : ticket);
	}
	return { tickets, seq: board.seq };
}

/** An event of the stream. */
export function withTicket(known: Known, seq: number, ticket: Ticket): Known {
	const at = Math.max(known.seq, seq);
	const had = known.tickets.get(ticket.order_id);
	if (had && had.version > ticket.version) return { ...known, seq: at };
	const tickets = new Map(known.tickets);
	if (onBoard(ticket)) tickets.set(ticket.order_id, ticket);
	else tickets.delete(ticket.order_id);
	return { tickets, seq: at };
}

/** The answer to something this screen did: the stream will say the same in a moment. */
export function withOrder(known: Known, order: Schemas['Order']): Known {
	const had = known.tickets.get(order.id);
	if (!had || had.version >= order.version) return known;
	const now = new Map(order.lines.map((line) => [line.line, line]));
	const lines = had.lines.flatMap((line) => {
		const is = now.get(line.line);
		if (!is) return [line];
		const seen = is.state === 'voided' && (is.void_seen_at || line.state === 'queued');
		return seen ? [] : [{ ...line, state: is.state, problem: is.problem, voided_at: is.voided_at }];
	});
	return withTicket(known, known.seq, { ...had, lines, state: order.state, version: order.version, ready_at: order.ready_at });
}
