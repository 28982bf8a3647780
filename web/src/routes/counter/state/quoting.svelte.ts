// The server's word on the cart that is open: asked a moment after each change, thrown away when the cart has moved on.
import { api, asProblem, ok, type Problem, type Schemas } from '$api/client';
import type { OrderBody } from './cart';

const pause = 250;

export class Quoting {
	private answer = $state.raw<{ of: string; order: Schemas['Order'] | null; problem: Problem | null } | null>(null);
	private asked = '';
	private timer: ReturnType<typeof setTimeout> | undefined;

	/** The answer for exactly this content; null while it is not there. */
	of(content: string): { order: Schemas['Order'] | null; problem: Problem | null } | null {
		return this.answer?.of === content ? this.answer : null;
	}

	/** Asks for this content unless it was asked for already. */
	ask(id: string, body: OrderBody, content: string): void {
		if (this.asked === content) return;
		this.asked = content;
		clearTimeout(this.timer);
		this.timer = setTimeout(() => void this.send(id, body, content), pause);
	}

	/** Asks again, now. */
	again(): void {
		this.asked = '';
		this.answer = null;
	}

	stop(): void {
		clearTimeout(this.timer);
		this.asked = '';
	}

	private async send(id: string, body: OrderBody, content: string): Promise<void> {
		let order: Schemas['Order'] | null = null;
		let problem: Problem | null = null;
		try {
			order = await ok(api.device.POST('/api/v1/orders/{id}/quote', { params: { path: { id } }, body }));
		} catch (thrown) {
			problem = asProblem(thrown);
		}
		if (this.asked !== content) return;
		this.answer = { of: content, order, problem };
		if (problem?.unknown) {
			// Nobody answered: once more after a while, for as long as this is the cart.
			this.timer = setTimeout(() => this.asked === content && void this.send(id, body, content), 3_000);
		}
	}
}
