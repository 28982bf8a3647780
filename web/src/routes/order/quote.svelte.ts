// The server's price of a cart, asked for again whenever it changes: what it says is what is owed.
import { api, asProblem, ok, type Problem } from '$api/client';
import type { Order } from './lines';
import type { PlaceBody } from './saved.svelte';

/** Long enough to take several taps together, short enough to be there before the eye is. */
const pause = 250;
const again = 4_000;

export class Quote {
	order = $state.raw<Order | null>(null);
	problem = $state.raw<Problem | null>(null);
	/** The cart that the answer is about, as it was sent. */
	private of = $state('');
	private timer: ReturnType<typeof setTimeout> | undefined;
	private round = 0;

	/** Whether the answer is about this cart. */
	answers(body: PlaceBody): boolean {
		return this.of === JSON.stringify(body);
	}

	/** Asks soon. A later call takes the place of an earlier one. */
	ask(id: string, body: PlaceBody): void {
		this.stop();
		const round = ++this.round;
		this.timer = setTimeout(() => this.send(id, body, round), pause);
	}

	stop(): void {
		clearTimeout(this.timer);
		this.round++;
	}

	private async send(id: string, body: PlaceBody, round: number): Promise<void> {
		try {
			const order = await ok(api.customer.POST('/api/v1/orders/{id}/quote', { params: { path: { id } }, body }));
			if (round !== this.round) return;
			this.order = order;
			this.problem = null;
		} catch (thrown) {
			if (round !== this.round) return;
			this.problem = asProblem(thrown);
			if (this.problem.unknown || this.problem.status === 429) this.timer = setTimeout(() => this.send(id, body, round), again);
			else this.order = null;
		}
		this.of = JSON.stringify(body);
	}
}
