// Placing an order exactly once. The cart's id is the order's; whatever happens to an answer, the same id with the same
// content is asked again until the outcome is known, also after a reload and in another tab.
import { api, asProblem, ok, Problem } from '$api/client';
import type { Kept } from '$lib/kept.svelte';
import { newId } from '$lib/ids';
import type { Order } from './lines';
import { basketOf, emptyBasket, me, placed, remember, type Basket, type PlaceBody } from './saved.svelte';

const pauses = [500, 1_000, 2_000, 4_000, 8_000, 15_000];

export type Phase = 'idle' | 'sending' | 'unknown';

export class Placing {
	phase = $state<Phase>('idle');
	/** Why it was refused; the cart is as it was. */
	refusal = $state.raw<Problem | null>(null);
	/** It was not sent at all: there was no connection. */
	unsent = $state(false);
	/** The order, once it is known to stand. */
	done = $state.raw<Pick<Order, 'id' | 'cafe_id'> | null>(null);
	private running = false;
	private wake: (() => void) | undefined;

	constructor(
		private readonly basket: Kept<Basket>,
		private readonly cafeId: string
	) {}

	/** When the order was sent first, ms since 1970; 0 while none is on its way. */
	get since(): number {
		return this.basket.value.sending?.startedAt ?? 0;
	}

	start(body: PlaceBody, cafeName: string): void {
		if (this.basket.value.sending) return;
		this.basket.value.sending = { body, startedAt: Date.now(), asked: false };
		this.basket.save();
		void this.resume(cafeName);
	}

	/** Goes on with an order whose outcome is not known yet. */
	async resume(cafeName: string): Promise<void> {
		if (this.running || !this.basket.value.sending) return;
		this.running = true;
		this.refusal = null;
		this.unsent = false;
		this.done = null;
		this.phase = this.basket.value.sending.asked ? 'unknown' : 'sending';
		try {
			await this.untilKnown(cafeName);
		} finally {
			this.running = false;
			this.phase = 'idle';
		}
	}

	/** Asks at once instead of waiting for the next try. */
	hurry(): void {
		this.wake?.();
	}

	/** Gives an order up whose outcome is not known. Whatever the server did with it, afterwards it does not stand. */
	async giveUp(): Promise<void> {
		const { cart } = this.basket.value;
		try {
			await ok(api.customer.POST('/api/v1/orders/{id}/cancel', { params: { path: { id: cart.id } }, body: { cafe_id: this.cafeId } }));
			this.back(newId());
		} catch (thrown) {
			this.refusal = asProblem(thrown); // it may be on the bar already: the next answer to the order itself tells
		}
		this.hurry();
	}

	dismiss(): void {
		this.refusal = null;
		this.unsent = false;
	}

	private async untilKnown(cafeName: string): Promise<void> {
		const { id } = this.basket.value.cart;
		for (let tries = 0; ; tries++) {
			const { sending, cart } = this.basket.value;
			if (!sending || cart.id !== id) return this.elsewhere(id);
			try {
				const order = await this.once(id, sending.body);
				if (this.basket.value.cart.id === id) this.placed(order, cafeName);
				this.done = order;
				return;
			} catch (thrown) {
				const problem = asProblem(thrown);
				if (this.basket.value.cart.id !== id || !this.basket.value.sending) return this.elsewhere(id);
				if (!problem.unknown && problem.status !== 429) return this.refused(problem);
				if (!this.basket.value.sending.asked) {
					this.back(id); // it never left: nothing was placed
					this.unsent = true;
					return;
				}
				if (problem.unknown) this.phase = 'unknown';
				await this.pause(Math.max(pauses[Math.min(tries, pauses.length - 1)]!, problem.retryAfter * 1_000));
			}
		}
	}

	private async once(id: string, body: PlaceBody): Promise<Order> {
		// A phone that has a session keeps it; its first order makes one.
		await ok(api.customer.POST('/api/v1/phones'));
		const sending = this.basket.value.sending;
		if (sending && !sending.asked) {
			sending.asked = true;
			this.basket.save();
		}
		return ok(api.customer.PUT('/api/v1/orders/{id}', { params: { path: { id } }, body }));
	}

	private placed(order: Order, cafeName: string): void {
		const { cart } = this.basket.value;
		remember(order, cafeName, cart.lines, cart.service);
		me.value = { ...me.value, cafeId: this.cafeId };
		const next = emptyBasket(this.cafeId);
		next.cart.service = cart.service;
		next.cart.table = cart.table;
		next.tableAt = this.basket.value.tableAt;
		this.basket.value = next;
	}

	/** Its outcome became known in another tab: it stands, or it was given up. */
	private elsewhere(id: string): void {
		if (placed.value.some((order) => order.id === id)) this.done = { id, cafe_id: this.cafeId };
	}

	private refused(problem: Problem): void {
		const { id } = this.basket.value.cart;
		// An id that was cancelled can never be placed any more, and one that is another order is that order.
		const spent = problem.code === 'order_cancelled' || problem.code === 'order_exists';
		this.back(spent ? newId() : id);
		this.refusal = problem;
	}

	private back(id: string): void {
		this.basket.value.sending = null;
		this.basket.value.cart.id = id;
		this.basket.save();
	}

	private pause(ms: number): Promise<void> {
		return new Promise((resolve) => {
			const go = () => {
				clearTimeout(timer);
				window.removeEventListener('online', go);
				this.wake = undefined;
				resolve();
			};
			const timer = setTimeout(go, ms);
			this.wake = go;
			window.addEventListener('online', go);
		});
	}
}

// eslint-disable-next-line svelte/prefer-svelte-reactivity -- a register of what is reactive itself
const all = new Map<string, Placing>();

/** The one that places orders in a café, whatever page is open. */
export function placingIn(cafeId: string): Placing {
	let placing = all.get(cafeId);
	if (!placing) all.set(cafeId, (placing = new Placing(basketOf(cafeId), cafeId)));
	return placing;
}
