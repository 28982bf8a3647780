// Where a ticket stands: to make now, later, or ready. Pure functions of the tickets, the time and the station shown.
import { everything, type Ticket, type TicketLine } from './types';

/** A pick-up whose work begins further away than this waits under Later. */
export const laterAfter = 5 * 60_000;

export const at = (time: string | undefined): number => (time ? Date.parse(time) : 0);

export const isRemake = (ticket: Ticket): boolean => ticket.source === 'remake';

/** When the bar has to begin; what nobody promised begins when it was placed. */
export const begins = (ticket: Ticket): number => at(ticket.start_at) || at(ticket.pickup_at) || at(ticket.placed_at);

/** Remakes first, then by when to begin; the id decides between equals, so that nothing jumps. */
export function byStart(a: Ticket, b: Ticket): number {
	return (
		Number(isRemake(b)) - Number(isRemake(a)) ||
		begins(a) - begins(b) ||
		at(a.placed_at) - at(b.placed_at) ||
		(a.order_id < b.order_id ? -1 : 1)
	);
}

/** Only who asked for a time waits: an order in a long queue is work of now. */
export function isLater(ticket: Ticket, now: number): boolean {
	return Boolean(ticket.pickup_at) && ticket.state === 'placed' && begins(ticket) - now > laterAfter;
}

export const toMake = (line: TicketLine): boolean =>
	line.station !== '' && !line.voided_at && (line.state === 'queued' || line.state === 'making');

const shownAt = (line: TicketLine, station: string): boolean => station === everything || line.station === station;

/** What a screen shows of a ticket: nothing that has been handed over, and only its own station's part. */
export function linesOf(ticket: Ticket, station: string): TicketLine[] {
	return ticket.lines.filter((line) => line.state !== 'handed_over' && shownAt(line, station));
}

/** Something to make or to acknowledge here. */
const concerns = (ticket: Ticket, station: string): boolean =>
	ticket.lines.some((line) => shownAt(line, station) && (toMake(line) || line.voided_at));

/** Nothing left to make: it waits to be handed over, also what never had to be made. */
export const isReady = (ticket: Ticket): boolean =>
	(ticket.state === 'ready' || ticket.state === 'placed') &&
	ticket.lines.some((line) => !line.voided_at && line.state !== 'handed_over') &&
	!ticket.lines.some((line) => toMake(line) || line.voided_at);

export interface Split {
	flow: Ticket[];
	later: Ticket[];
	ready: Ticket[];
}

/** Sorts the board. `pulled` are later orders that somebody has begun with before their time. */
export function split(tickets: Iterable<Ticket>, now: number, station: string, pulled: ReadonlySet<string> = new Set()): Split {
	const flow: Ticket[] = [];
	const later: Ticket[] = [];
	const ready: Ticket[] = [];
	for (const ticket of tickets) {
		if (isReady(ticket)) ready.push(ticket);
		else if (!concerns(ticket, station)) continue;
		else if (isLater(ticket, now) && !pulled.has(ticket.order_id)) later.push(ticket);
		else flow.push(ticket);
	}
	flow.sort(byStart);
	later.sort(byStart);
	ready.sort((a, b) => at(a.ready_at) - at(b.ready_at) || byStart(a, b));
	return { flow, later, ready };
}

/** The stations of the café, those of its menu first. */
export function stationsOf(tickets: Iterable<Ticket>, menu: readonly string[] = []): string[] {
	const all = new Set(menu.filter(Boolean));
	for (const ticket of tickets) for (const line of ticket.lines) if (line.station) all.add(line.station);
	return [...all].sort((a, b) => a.localeCompare(b));
}

export interface Group {
	station: string;
	lines: TicketLine[];
}

/** The lines of a ticket by station; what needs no making comes last. */
export function byStation(lines: readonly TicketLine[]): Group[] {
	const groups = new Map<string, TicketLine[]>();
	for (const line of lines) groups.set(line.station, [...(groups.get(line.station) ?? []), line]);
	return [...groups]
		.map(([station, of]) => ({ station, lines: of }))
		.sort((a, b) => Number(a.station === '') - Number(b.station === '') || a.station.localeCompare(b.station));
}
