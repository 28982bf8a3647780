// What this phone keeps of its customer: carts, the orders it placed, the name to call. All of it stays on the phone.
import { newCart, type Cart, type CartLine } from '$lib/menu/cart';
import { Kept } from '$lib/kept.svelte';
import type { Schemas } from '$api/client';
import type { Placed } from './usual';

export type PlaceBody = Omit<Schemas['PlaceOrderRequest'], 'id'>;

/** An order on its way. Its content stays as it was sent until the outcome is known. */
export interface Sending {
	body: PlaceBody;
	startedAt: number;
	/** It has left at least once: from then on it may have been placed. */
	asked: boolean;
}

/** A cart in a café, with what only a phone adds. */
export interface Basket {
	cart: Cart;
	/** "" as soon as possible. */
	pickupAt: string;
	/** The price of one unit as the customer saw it, by the line's key. */
	seen: Record<string, number>;
	/** When the table's code was read, ms since 1970. */
	tableAt: number;
	sending: Sending | null;
}

const hours = 3_600_000;
/** Nobody sits at a table for longer, and nobody means yesterday's pick-up time. */
const tableKept = 3 * hours;
const cartKept = 24 * hours;
/** An order's status is worth showing on the start page for so long. */
export const recent = 18 * hours;
const placedKept = 60;

export function emptyBasket(cafeId: string, now = Date.now()): Basket {
	return { cart: newCart(cafeId, 0, now), pickupAt: '', seen: {}, tableAt: 0, sending: null };
}

/** A basket as it was stored, without what has gone stale. What is on its way stays, however old. */
export function revived(stored: unknown, cafeId: string, now = Date.now()): Basket | null {
	const basket = stored as Basket | null;
	if (!basket?.cart || !Array.isArray(basket.cart.lines) || basket.cart.cafeId !== cafeId) return null;
	if (basket.sending) return basket;
	if (now - basket.cart.openedAt > cartKept) return null;
	if (basket.cart.table && now - basket.tableAt > tableKept) basket.cart.table = '';
	if (basket.pickupAt && Date.parse(basket.pickupAt) <= now) basket.pickupAt = '';
	return { ...emptyBasket(cafeId, now), ...basket };
}

// eslint-disable-next-line svelte/prefer-svelte-reactivity -- a register of what is reactive itself
const baskets = new Map<string, Kept<Basket>>();

export function basketOf(cafeId: string): Kept<Basket> {
	let kept = baskets.get(cafeId);
	if (!kept) {
		kept = new Kept<Basket>(`order.cart.${cafeId}`, emptyBasket(cafeId), (stored) => revived(stored, cafeId));
		baskets.set(cafeId, kept);
	}
	return kept;
}

interface Me {
	name: string;
	hideName: boolean;
	/** The café of last time. */
	cafeId: string;
}

export const me = new Kept<Me>('order.me', { name: '', hideName: false, cafeId: '' }, (stored) => ({
	...{ name: '', hideName: false, cafeId: '' },
	...(stored as Partial<Me>)
}));

export const placed = new Kept<Placed[]>('order.placed', [], (stored) => (Array.isArray(stored) ? (stored as Placed[]) : null));

/** Remembers an order that the server has confirmed. */
export function remember(order: Schemas['Order'], cafeName: string, lines: CartLine[], service: Cart['service']): void {
	const entry: Placed = {
		id: order.id, cafeId: order.cafe_id, cafeName, callNumber: order.call_number,
		placedAt: order.placed_at ? Date.parse(order.placed_at) : Date.now(), service, lines: $state.snapshot(lines) as CartLine[]
	};
	placed.value = [entry, ...placed.value.filter((other) => other.id !== order.id)].slice(0, placedKept);
}

export const placedRecently = (now: number): Placed[] => placed.value.filter((order) => now - order.placedAt < recent);
