// One order, as it is now: by its stream, and by asking where the stream does not answer.
import { api, asProblem, background, ok, type Problem } from '$api/client';
import { follow } from '$api/events';
import type { Order } from './lines';

const every = 3_000;

export class Following {
	order = $state.raw<Order | null>(null);
	problem = $state.raw<Problem | null>(null);
	live = $state(false);

	/** Follows until the function that it returns is called. */
	start(id: string): () => void {
		const over = new AbortController();
		const { signal } = over;
		this.order = null;
		this.problem = null;
		const take = (order: Order) => {
			if (signal.aborted || order.id !== id) return;
			// The stream and an answer may overtake each other.
			if (this.order && order.version < this.order.version) return;
			this.order = order;
			this.problem = null;
		};
		const look = async () => {
			try {
				take(await ok(api.customer.GET('/api/v1/orders/{id}', { params: { path: { id } }, headers: background, signal })));
			} catch (thrown) {
				if (!signal.aborted) this.problem = asProblem(thrown);
			}
		};
		void look();
		void follow(`/api/v1/orders/${encodeURIComponent(id)}/stream`, {
			seat: 'customer',
			signal,
			onLive: (live) => (this.live = live),
			onRefused: () => (this.live = false),
			onEvent: (event) => {
				try {
					take(JSON.parse(event.data) as Order);
				} catch {
					// Not an order: the next look tells.
				}
			}
		});
		const timer = setInterval(() => {
			const refused = this.problem && !this.problem.unknown && this.problem.status !== 429;
			if (!this.live && !refused && document.visibilityState === 'visible') void look();
		}, every);
		const visible = () => document.visibilityState === 'visible' && void look();
		document.addEventListener('visibilitychange', visible);
		return () => {
			over.abort();
			clearInterval(timer);
			document.removeEventListener('visibilitychange', visible);
		};
	}

	/** Takes what an action answered, such as cancelling. */
	take(order: Order): void {
		this.order = order;
	}
}
