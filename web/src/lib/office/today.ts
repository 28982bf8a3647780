// What Today says, from what the services answer. Pure: the time now is an argument.
import type { Schemas } from '$api/client';
import { businessDate, dateIn } from '$lib/day';

type Cafe = Schemas['Cafe'];
type Ticket = Schemas['Ticket'];
type StockLine = Schemas['StockLine'];

/**
 * The business date now. Cafés' dates differ only around a cut-off or across zones: then it is the latest. Where no café
 * is known it is the reader's own date.
 */
export function businessToday(cafes: readonly Pick<Cafe, 'time_zone' | 'cutoff_minutes'>[], now: number): string {
	return cafes.map((cafe) => businessDate(now, cafe.time_zone, cafe.cutoff_minutes)).sort().at(-1) ?? dateIn(undefined, now);
}

export interface Openness {
	open: Cafe[];
	closed: Cafe[];
	/** The earliest and the latest closing of the open ones (ms); null when one never closes or none is open. */
	firstCloses: number | null;
	lastCloses: number | null;
	/** The next opening of the closed ones (ms). */
	nextOpens: number | null;
}

const at = (moment: string | undefined) => (moment ? Date.parse(moment) : null);

export function openness(cafes: readonly Cafe[]): Openness {
	const open = cafes.filter((cafe) => cafe.opening?.open);
	const closed = cafes.filter((cafe) => !cafe.opening?.open);
	const closes = open.map((cafe) => at(cafe.opening?.closes_at));
	const known = closes.filter((moment): moment is number => moment !== null);
	const opens = closed.map((cafe) => at(cafe.opening?.opens_at)).filter((moment): moment is number => moment !== null);
	return {
		open,
		closed,
		firstCloses: known.length ? Math.min(...known) : null,
		lastCloses: known.length && known.length === closes.length ? Math.max(...known) : null,
		nextOpens: opens.length ? Math.min(...opens) : null
	};
}

export interface CafeBoard {
	cafe_id: string;
	tickets: readonly Ticket[];
}

export interface LateTicket {
	ticket: Ticket;
	cafe_id: string;
	/** Whole minutes past the promise, rounded down. */
	minutes: number;
}

/** What is past its promise and not ready, the latest first, and how many are being made at all. */
export function lateNow(boards: readonly CafeBoard[], now: number): { late: LateTicket[]; making: number } {
	const late: LateTicket[] = [];
	let making = 0;
	for (const board of boards) {
		for (const ticket of board.tickets) {
			if (ticket.state !== 'placed' && ticket.state !== 'in_progress') continue;
			making++;
			const promised = at(ticket.promised_at ?? ticket.pickup_at);
			if (promised !== null && promised < now) {
				late.push({ ticket, cafe_id: board.cafe_id, minutes: Math.floor((now - promised) / 60_000) });
			}
		}
	}
	late.sort((a, b) => b.minutes - a.minutes || (a.ticket.order_id < b.ticket.order_id ? -1 : 1));
	return { late, making };
}

export interface RunsOut {
	line: StockLine;
	/** When (ms), not before now: what is gone already runs out now. */
	at: number;
	/** Closing of its café (ms). */
	closes: number;
	urgency: 'late' | 'warn' | 'calm';
}

/** A café that never closes is looked at for this long. */
const horizon = 12 * 3_600_000;

/** What will be gone before its café closes, the first first. A closed café has nothing to run out of. */
export function runningOut(lines: readonly StockLine[], cafes: readonly Cafe[], now: number): RunsOut[] {
	const closings = new Map(
		cafes.filter((cafe) => cafe.opening?.open).map((cafe) => [cafe.id, at(cafe.opening?.closes_at) ?? now + horizon])
	);
	const found: RunsOut[] = [];
	for (const line of lines) {
		const closes = closings.get(line.cafe_id);
		const gone = at(line.runs_out_at);
		if (closes === undefined || gone === null || gone >= closes) continue;
		const moment = Math.max(gone, now);
		const left = moment - now;
		found.push({ line, at: moment, closes, urgency: left < 90 * 60_000 ? 'late' : left < 4 * 3_600_000 ? 'warn' : 'calm' });
	}
	return found.sort((a, b) => a.at - b.at || (a.line.ingredient_name < b.line.ingredient_name ? -1 : 1));
}

/** Where a moment stands between two others, in percent of the way, kept inside. */
export function along(moment: number, from: number, to: number): number {
	if (to <= from) return 0;
	return Math.min(100, Math.max(0, ((moment - from) / (to - from)) * 100));
}

/** The full hours strictly between two moments, thinned so that no more than `most` remain. */
export function hoursBetween(from: number, to: number, most = 12): number[] {
	const hour = 3_600_000;
	const all: number[] = [];
	for (let moment = Math.ceil((from + 1) / hour) * hour; moment < to; moment += hour) all.push(moment);
	const step = Math.max(1, Math.ceil(all.length / most));
	return all.filter((_, i) => i % step === 0);
}

/** Running totals. */
export function cumulative(values: readonly number[]): number[] {
	let sum = 0;
	return values.map((value) => (sum += value));
}

/** How often the rule was right within what it called likely, and its middle error, from basis points. */
export function typicalError(errors: readonly { basis_points: number }[]): { middle: number; within: number; of: number } {
	const sizes = errors.map((error) => Math.abs(error.basis_points)).sort((a, b) => a - b);
	const middle = sizes.length ? sizes[Math.floor((sizes.length - 1) / 2)]! : 0;
	return { middle, within: sizes.filter((size) => size <= 1000).length, of: sizes.length };
}

/** The business dates from one to another, both included ("2026-11-20"). */
export function datesBetween(from: string, to: string): string[] {
	const dates: string[] = [];
	for (let day = Date.parse(`${from}T12:00:00Z`); day <= Date.parse(`${to}T12:00:00Z`) && dates.length < 400; day += 86_400_000) {
		dates.push(new Date(day).toISOString().slice(0, 10));
	}
	return dates;
}

/** A date some days away from another. */
export function dateAway(date: string, days: number): string {
	return new Date(Date.parse(`${date}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/**
 * How wrong the rule was for several cafés together: by date, over the dates on which it said something for each of
 * them. Newest first, as the parts are.
 */
export function errorsTogether(parts: readonly (readonly Schemas['PastError'][])[]): { date: string; basis_points: number }[] {
	if (parts.length === 0) return [];
	return parts[0]!.flatMap((first) => {
		const all = parts.map((part) => part.find((error) => error.date === first.date));
		if (!all.every((error) => error !== undefined)) return [];
		const said = all.reduce((sum, error) => sum + (error.said?.amount ?? 0), 0);
		const came = all.reduce((sum, error) => sum + (error.came?.amount ?? 0), 0);
		return came > 0 ? [{ date: first.date, basis_points: Math.round(((said - came) * 10_000) / came) }] : [];
	});
}

interface Hour {
	hour: number;
	sales?: { amount?: number };
}

/**
 * Two days' running totals hour by hour over the same hours, in the order of the business day, which begins with the
 * hour of its cut-off. Hours without sales are there; today ends with the hour that runs.
 */
export function runningTotals(today: readonly Hour[], before: readonly Hour[], firstHour: number, hour: number): { today: number[]; before: number[] } {
	const place = (of: number) => (of - firstHour + 24) % 24;
	const used = [...today, ...before].map((one) => place(one.hour));
	if (used.length === 0) return { today: [], before: [] };
	const from = Math.min(...used);
	const to = Math.max(...used);
	const totals = (hours: readonly Hour[], until: number) => {
		const amounts = Array.from({ length: Math.max(0, until - from + 1) }, () => 0);
		for (const one of hours) {
			const at = place(one.hour) - from;
			if (at < amounts.length) amounts[at]! += one.sales?.amount ?? 0;
		}
		return cumulative(amounts);
	};
	return { today: totals(today, Math.min(to, place(hour))), before: totals(before, to) };
}
