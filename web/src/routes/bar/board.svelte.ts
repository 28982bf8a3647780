// The board of one café, kept true by the stream: after every break it is fetched again, and a screen that hears nothing
// says so. One timer, one stream, a list that holds only what is open.
import { api, asProblem, background, ok, type Problem } from '$api/client';
import { follow } from '$api/events';
import { clock } from '$lib/clock.svelte';
import { skewOf } from '$lib/board/age';
import { knowledgeOf, knowsNothing, type Knowledge } from '$lib/board/knowledge';
import { nothing, withBoard, withOrder, withTicket, type Known } from '$lib/board/live';
import type { Schemas } from '$api/client';
import type { Ticket } from '$lib/board/types';

/** Heartbeats come every 15 s: who heard nothing for longer does not know what the shop does. */
export const silentAfter = 20_000;
/** The menu changes a few times a day. */
const menuEvery = 10 * 60_000;

export class LiveBoard {
	known = $state.raw<Known>(nothing);
	knowledge = $state.raw<Knowledge>(knowsNothing);
	/** When the shop was heard last (ms by this device); 0: not yet. */
	heardAt = $state(0);
	loaded = $state(false);
	/** Why there is nothing to show. */
	problem = $state<Problem | null>(null);
	private skew = $state(0);
	private stopped = new AbortController();
	private live = false;

	constructor(
		readonly cafe: string,
		/** The enrolment is over. */
		private readonly onRefused: () => void
	) {}

	/** The time by the shop's clock. */
	get now(): number {
		return clock.now + this.skew;
	}

	get tickets(): Ticket[] {
		return [...this.known.tickets.values()];
	}

	/** Seconds since the shop was heard. */
	get silence(): number {
		return Math.max(0, Math.floor((clock.now - this.heardAt) / 1000));
	}

	get silent(): boolean {
		return this.loaded && clock.now - this.heardAt > silentAfter;
	}

	start(): () => void {
		void this.begin();
		void this.readMenu();
		const menu = setInterval(() => void this.readMenu(), menuEvery);
		return () => {
			clearInterval(menu);
			this.stopped.abort();
		};
	}

	private async begin(): Promise<void> {
		const { signal } = this.stopped;
		for (let wait = 500; !this.loaded && !signal.aborted; wait = Math.min(wait * 2, 5_000)) {
			await this.fetch();
			if (!this.loaded) await new Promise((resolve) => setTimeout(resolve, wait));
		}
		if (signal.aborted) return;
		await follow(`/api/v1/cafes/${this.cafe}/board/stream`, {
			seat: 'device',
			after: String(this.known.seq),
			signal,
			onEvent: (event) => {
				if (event.kind === 'reset') return void this.fetch(true);
				const ticket = JSON.parse(event.data) as Ticket;
				if (ticket.order_id) this.known = withTicket(this.known, Number(event.id), ticket);
			},
			onLive: (live) => {
				const again = live && !this.live;
				this.live = live;
				if (!live) return;
				this.heardAt = Date.now();
				if (again) void this.fetch();
			},
			onRefused: (problem) => {
				this.problem = problem;
				this.onRefused();
			}
		});
	}

	/** Fetches the whole board. `anew`: the journal is another one, positions of before mean nothing. */
	async fetch(anew = false): Promise<void> {
		try {
			for (let i = 0; i < 3; i++) {
				const asked = Date.now();
				const answer = api.device.GET('/api/v1/cafes/{cafe_id}/board', {
					params: { path: { cafe_id: this.cafe } },
					headers: background,
					signal: this.stopped.signal
				});
				const board = await ok(answer);
				this.heardAt = Date.now();
				this.skew = skewOf(asked, this.heardAt, (await answer).response.headers.get('Date'));
				const fresh = withBoard(anew ? nothing : this.known, board);
				if (!fresh) continue; // the stream was faster: once more
				this.known = fresh;
				this.loaded = true;
				this.problem = null;
				return;
			}
		} catch (thrown) {
			if (this.stopped.signal.aborted) return;
			this.problem = asProblem(thrown);
			if (this.problem.status === 401 || this.problem.status === 403) this.onRefused();
		}
	}

	/** What an action answered. */
	took(order: Schemas['Order']): void {
		this.heardAt = Date.now();
		this.known = withOrder(this.known, order);
	}

	// A ticket reads better with the menu; without it, it shows everything it has.
	private async readMenu(): Promise<void> {
		const at = { params: { path: { cafe_id: this.cafe } }, headers: background, signal: this.stopped.signal };
		try {
			const menu = await ok(api.device.GET('/api/v1/cafes/{cafe_id}/menu', at));
			const allergens = await ok(api.device.GET('/api/v1/cafes/{cafe_id}/allergens', at)).catch(() => null);
			this.knowledge = knowledgeOf(menu, allergens);
		} catch {
			// Asked again in a while.
		}
	}
}
