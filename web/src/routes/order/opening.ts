// Whether a café is open, in the terms a customer asks in. The server has computed it; here it only gets words.
import type { Schemas } from '$api/client';
import { wallClock } from '$lib/day';

export type Door =
	| { kind: 'open' } // never closes
	| { kind: 'open_until'; at: string }
	| { kind: 'closing'; at: string; minutes: number }
	| { kind: 'opens'; at: string; on: 'today' | 'tomorrow' | 'later' }
	| { kind: 'closed' };

/** "Closing in 10 minutes" from then on. */
const closingMinutes = 10;
const minute = 60_000;

interface Times {
	open: boolean;
	opens_at?: string;
	closes_at?: string;
}

/** The answer may be minutes old: what has passed since counts as passed. */
export function doorOf(opening: Times | undefined, now: number, timeZone: string): Door {
	if (!opening) return { kind: 'closed' };
	const closes = opening.closes_at ? Date.parse(opening.closes_at) : Infinity;
	if (opening.open && now < closes) {
		if (!opening.closes_at) return { kind: 'open' };
		const minutes = Math.ceil((closes - now) / minute);
		return minutes <= closingMinutes
			? { kind: 'closing', at: opening.closes_at, minutes }
			: { kind: 'open_until', at: opening.closes_at };
	}
	if (!opening.opens_at || Date.parse(opening.opens_at) <= now) return { kind: 'closed' };
	const days = dayNumber(opening.opens_at, timeZone) - dayNumber(now, timeZone);
	return { kind: 'opens', at: opening.opens_at, on: days === 0 ? 'today' : days === 1 ? 'tomorrow' : 'later' };
}

export const isOpen = (door: Door) => door.kind === 'open' || door.kind === 'open_until' || door.kind === 'closing';

function dayNumber(at: string | number, timeZone: string): number {
	return Math.floor(wallClock(new Date(at), timeZone).getTime() / (24 * 60 * minute));
}

export type PhoneOrders = Schemas['PhoneOrders'];

/** What stands in the way of ordering here by phone at all. */
export type Gate = 'open' | 'closed' | 'paused' | 'full';

export function gateOf(orders: PhoneOrders | undefined, now: number): Gate {
	if (!orders) return 'open'; // not known yet: the server will say
	if (!orders.open) return 'closed';
	if (orders.paused_until && Date.parse(orders.paused_until) > now) return 'paused';
	return orders.asap_at || orders.slots.some((slot) => !slot.full) ? 'open' : 'full';
}
