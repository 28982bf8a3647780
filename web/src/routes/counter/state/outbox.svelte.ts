// Orders on their way to the server. Each is sent under its id until somebody knows what became of it: nothing is called
// placed before the server said so, and nothing is placed twice. It survives a reload.
import { api, asProblem, ok, type Schemas } from '$api/client';
import { Kept } from '$lib/kept.svelte';
import type { OrderBody, TillCart } from './cart';
import type { PersonAtWork } from './person.svelte';

export interface Sent {
	id: string;
	call: string;
	/** sending: the first try is on its way. unknown: a try got no answer; asking again. waiting: for a PIN. */
	state: 'sending' | 'unknown' | 'waiting' | 'placed' | 'refused';
	body: OrderBody & { tenders: Schemas['TenderRequest'][]; expected_total: number };
	cart: TillCart;
	/** Cash to give back. */
	change: number;
	/** When it was first sent, and when it was known what became of it; ms since 1970. */
	at: number;
	knownAt: number;
	code?: string;
	detail?: string;
	facts?: Record<string, string>;
	fields?: string[];
	order?: Schemas['Order'];
}

const pauses = [1_000, 2_000, 4_000, 8_000, 10_000];
/** How long what was placed stays in sight. */
const shownFor = 12 * 60 * 60_000;

export class Outbox {
	private readonly kept: Kept<Sent[]>;
	private readonly flying: Record<string, boolean> = {};
	private readonly tries: Record<string, number> = {};
	private readonly timers: Record<string, ReturnType<typeof setTimeout>> = {};
	/** Approvals live two minutes and are never written down. */
	private readonly approvals: Record<string, string> = {};

	constructor(
		name: string,
		private readonly people: PersonAtWork,
		private readonly onRefused: (sent: Sent) => void,
		private readonly onPlaced: (sent: Sent) => void
	) {
		this.kept = new Kept<Sent[]>(name, [], (stored) => (Array.isArray(stored) ? (stored as Sent[]).filter((sent) => sent?.id && sent.cart && sent.body) : null));
	}

	get all(): Sent[] {
		return this.kept.value;
	}

	/** Not known yet. */
	get open(): Sent[] {
		return this.all.filter((sent) => sent.state === 'sending' || sent.state === 'unknown' || sent.state === 'waiting');
	}

	get refused(): Sent[] {
		return this.all.filter((sent) => sent.state === 'refused');
	}

	/** The one that was placed last. */
	get last(): Sent | undefined {
		return this.all.filter((sent) => sent.state === 'placed').sort((a, b) => b.knownAt - a.knownAt)[0];
	}

	add(sent: Omit<Sent, 'state' | 'at' | 'knownAt'>, approval: string): void {
		if (approval) this.approvals[sent.id] = approval;
		const others = this.all.filter((other) => other.id !== sent.id);
		this.kept.value = [...others, { ...sent, state: 'sending', at: Date.now(), knownAt: 0 }];
		void this.send(sent.id);
	}

	/** Takes a refused one out of sight. */
	drop(id: string): void {
		this.kept.value = this.all.filter((sent) => sent.id !== id || sent.state !== 'refused');
	}

	/** Goes on with everything that is not known, at once: after a reload, a sign-in, or when the network is back. */
	resume(): void {
		const old = Date.now() - shownFor;
		const last = this.last;
		this.kept.value = this.all.filter((sent) => sent.state !== 'placed' || (sent.id === last?.id && sent.knownAt > old));
		for (const sent of this.open) void this.send(sent.id);
	}

	stop(): void {
		for (const timer of Object.values(this.timers)) clearTimeout(timer);
	}

	private mark(id: string, change: Partial<Sent>): Sent | undefined {
		this.kept.value = this.all.map((sent) => (sent.id === id ? { ...sent, ...change } : sent));
		return this.all.find((sent) => sent.id === id);
	}

	private async send(id: string): Promise<void> {
		const sent = this.all.find((one) => one.id === id);
		if (!sent || this.flying[id]) return;
		clearTimeout(this.timers[id]);
		this.flying[id] = true;
		try {
			const approval = this.approvals[id];
			const body = { ...sent.body, ...(approval ? { approval } : {}) };
			const order = await ok(api.device.PUT('/api/v1/orders/{id}', { params: { path: { id } }, body }));
			this.placed(id, order);
		} catch (thrown) {
			await this.failed(id, thrown);
		} finally {
			delete this.flying[id];
		}
	}

	private placed(id: string, order: Schemas['Order']): void {
		delete this.approvals[id];
		delete this.tries[id];
		const sent = this.mark(id, { state: 'placed', knownAt: Date.now(), call: order.call_number, order });
		// Only the last placed one is kept; the others are in Orders.
		this.kept.value = this.all.filter((other) => other.state !== 'placed' || other.id === id);
		if (sent) this.onPlaced(sent);
	}

	private async failed(id: string, thrown: unknown): Promise<void> {
		const problem = asProblem(thrown);
		if (problem.unknown || problem.status === 429) return this.later(id, 'unknown', problem.retryAfter);
		if (await this.people.isMissing(thrown)) {
			if (this.people.person) return this.later(id, 'unknown', 1);
			this.mark(id, { state: 'waiting' });
			await this.people.come();
			this.timers[id] = setTimeout(() => void this.send(id), 0);
			return;
		}
		if (problem.code === 'order_exists') {
			// It was placed under this id before, perhaps with other lines: what the books hold is what counts.
			try {
				return this.placed(id, await ok(api.device.GET('/api/v1/orders/{id}', { params: { path: { id } } })));
			} catch (unread) {
				if (asProblem(unread).unknown) return this.later(id, 'unknown', 0);
			}
		}
		delete this.approvals[id];
		const sent = this.mark(id, {
			state: 'refused', knownAt: Date.now(), code: problem.code, detail: problem.detail, facts: problem.facts,
			fields: problem.fields.map((field) => field.field)
		});
		if (sent) this.onRefused(sent);
	}

	private later(id: string, state: 'unknown', seconds: number): void {
		const tries = this.tries[id] ?? 0;
		this.tries[id] = tries + 1;
		this.mark(id, { state });
		const wait = Math.max(seconds * 1000, pauses[Math.min(tries, pauses.length - 1)]!);
		this.timers[id] = setTimeout(() => void this.send(id), wait);
	}
}
