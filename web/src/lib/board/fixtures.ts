// Tickets for the tests of the pure parts.
import type { Ticket, TicketLine } from './types';

/** 11:42 of one Friday. */
export const noon = Date.UTC(2026, 10, 20, 11, 42);
export const minutes = (n: number): string => new Date(noon + n * 60_000).toISOString();

export function line(of: Partial<TicketLine> = {}): TicketLine {
	return {
		line: 1, item_name: 'Latte', variation_name: 'L', modifiers: [], quantity: 1, station: 'bar', state: 'queued', note: '',
		bar_seconds: 60, problem: '', ...of
	};
}

export function ticket(of: Partial<Ticket> = {}): Ticket {
	return {
		order_id: 'o1', call_number: 'A-041', customer_name: 'Zineb', service: 'take_away', source: 'counter', note: '', table: '',
		state: 'placed', linked_order_id: '', version: 1, placed_at: minutes(0), promised_at: minutes(4), start_at: minutes(3),
		lines: [line()], ...of
	};
}
