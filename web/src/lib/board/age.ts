// How a ticket stands against its promise.
import { at, isLater } from './sorting';
import type { Ticket } from './types';

export type Level = 'calm' | 'warn' | 'late';

export interface Age {
	level: Level;
	/** How much of its time is used: 0 to 1, what the bar shows. */
	used: number;
	/** Time left, time over the promise, or (nothing was promised) time waited. */
	kind: 'left' | 'over' | 'waits';
	seconds: number;
}

/** From this share of its time on a ticket asks for attention. */
export const warnFrom = 0.75;
/** What nobody promised is looked at by its waiting: 5 minutes warn, 10 are late. */
const patience = 10 * 60_000;

const seconds = (ms: number): number => Math.max(0, Math.floor(ms / 1000));

export function ageOf(ticket: Ticket, now: number): Age {
	const placed = at(ticket.placed_at);
	const promised = at(ticket.promised_at) || at(ticket.pickup_at);
	if (!promised) {
		const waited = now - placed;
		const used = clamp(waited / patience);
		return { level: used >= 1 ? 'late' : used >= 0.5 ? 'warn' : 'calm', used, kind: 'waits', seconds: seconds(waited) };
	}
	if (now >= promised) return { level: 'late', used: 1, kind: 'over', seconds: seconds(now - promised) };
	// A pick-up's time begins to run when its work does, not when it was ordered this morning.
	const from = ticket.pickup_at ? Math.max(placed, at(ticket.start_at) - 5 * 60_000) : placed;
	const used = isLater(ticket, now) ? 0 : clamp((now - from) / Math.max(1, promised - from));
	return { level: used >= warnFrom ? 'warn' : 'calm', used, kind: 'left', seconds: Math.ceil((promised - now) / 1000) };
}

const clamp = (share: number): number => Math.min(1, Math.max(0, share));

/** Seconds as people say them: below a minute by the second, then whole minutes (a time left is rounded up). */
export function spoken(age: Pick<Age, 'kind' | 'seconds'>): { unit: 's' | 'min' | 'h'; n: number; rest: number } {
	const { seconds: s, kind } = age;
	if (s < 60) return { unit: 's', n: s, rest: 0 };
	const minutes = kind === 'left' ? Math.ceil(s / 60) : Math.floor(s / 60);
	if (minutes < 60) return { unit: 'min', n: minutes, rest: 0 };
	return { unit: 'h', n: Math.floor(minutes / 60), rest: minutes % 60 };
}

/**
 * How far this device's clock is from the shop's, from when it asked, when the answer came and what the answer says.
 * A `Date` header is whole seconds: what lies within the journey and that rounding is no difference.
 */
export function skewOf(asked: number, answered: number, date: string | null): number {
	const told = date ? Date.parse(date) : NaN;
	if (Number.isNaN(told)) return 0;
	const difference = told + 500 - (asked + answered) / 2;
	return Math.abs(difference) < 1500 + (answered - asked) / 2 ? 0 : Math.round(difference);
}
