// Where an order is, as the cup on its page shows it.
import type { Order } from './lines';

export type Step = 'placed' | 'making' | 'ready' | 'collected' | 'uncollected' | 'cancelled';

export interface Progress {
	step: Step;
	/** How full the cup is, 0 to 1. */
	level: number;
	/** What the bar cannot make, and why, in its own words. */
	problems: { name: string; why: string }[];
	/** Nobody has begun: it can still be cancelled here. */
	cancellable: boolean;
	/** When it is to be ready now, and when it was promised if that is another time. */
	at: string;
	was: string;
	/** Nothing in it is made at the bar: it is fetched at the counter. */
	fetched: boolean;
	/** Something was taken out of it. */
	partly: boolean;
}

export function progressOf(order: Order): Progress {
	const live = order.lines.filter((line) => line.state !== 'voided');
	const made = live.filter((line) => line.station !== '');
	const done = made.filter((line) => line.state === 'ready' || line.state === 'handed_over').length;
	const steps: Record<string, Step> = {
		placed: 'placed', in_progress: 'making', ready: 'ready', collected: 'collected', uncollected: 'uncollected', voided: 'cancelled'
	};
	const step = steps[order.state] ?? 'placed';
	const levels: Record<Step, number> = {
		placed: 0.16, making: 0.46 + 0.36 * (made.length ? done / made.length : 0), ready: 0.92, collected: 0, uncollected: 0.92, cancelled: 0
	};
	const waiting = step === 'placed' || step === 'making';
	return {
		step,
		level: levels[step],
		problems: waiting ? live.filter((line) => line.problem).map((line) => ({ name: line.item_name, why: line.problem })) : [],
		cancellable: step === 'placed' && live.every((line) => line.state === 'queued'),
		at: order.expected_at ?? order.promised_at ?? order.pickup_at ?? '',
		was: order.expected_at && order.promised_at ? order.promised_at : '',
		fetched: made.length === 0,
		partly: live.length > 0 && live.length < order.lines.length
	};
}

/** Whole minutes until then, never below none. */
export const minutesUntil = (at: string, now: number) => Math.max(0, Math.ceil((Date.parse(at) - now) / 60_000));

/** Waits to be paid or made: counts against what one phone may have open. */
export const isOpenUnpaid = (order: Order) =>
	['placed', 'in_progress', 'ready'].includes(order.state) && (order.money_state === 'unpaid' || order.money_state === 'part_paid');
