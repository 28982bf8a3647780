// The public board: asks every three seconds, and knows how old what it shows is.
import { api, asProblem, background, ok, type Problem, type Schemas } from '$api/client';
import { clock } from '$lib/clock.svelte';
import { isStale, makingNow, readyNow, type Entry, type Shown } from '$lib/board/ready';

const every = 3_000;

export class ReadyBoard {
	ready = $state.raw<readonly Shown[]>([]);
	making = $state.raw<readonly Entry[]>([]);
	cafe = $state.raw<Schemas['Cafe'] | null>(null);
	/** When the shop answered last; 0: not yet. */
	heardAt = $state(0);
	/** There is no such café. */
	unknown = $state(false);
	problem = $state<Problem | null>(null);
	private readonly began = Date.now();

	constructor(
		readonly id: string,
		/** Numbers that have just become ready. */
		private readonly onNew: () => void
	) {}

	/** Old numbers are worse than none. */
	get stale(): boolean {
		return isStale(this.heardAt || this.began, clock.now);
	}

	get silence(): number {
		return Math.max(0, Math.floor((clock.now - (this.heardAt || this.began)) / 1000));
	}

	start(): () => void {
		const stopped = new AbortController();
		let timer: ReturnType<typeof setTimeout>;
		const round = async () => {
			await this.ask(stopped.signal);
			if (!stopped.signal.aborted) timer = setTimeout(round, this.unknown ? 10 * every : every);
		};
		void round();
		const now = () => {
			if (document.visibilityState !== 'visible') return;
			clearTimeout(timer);
			void round();
		};
		document.addEventListener('visibilitychange', now);
		return () => {
			stopped.abort();
			clearTimeout(timer);
			document.removeEventListener('visibilitychange', now);
		};
	}

	private async ask(signal: AbortSignal): Promise<void> {
		const at = { headers: background, signal };
		try {
			this.cafe ??= await ok(api.customer.GET('/api/v1/cafes/{id}', { ...at, params: { path: { id: this.id } } }));
			const board = await ok(api.customer.GET('/api/v1/cafes/{cafe_id}/ready', { ...at, params: { path: { cafe_id: this.id } } }));
			const now = Date.now();
			// After a silence everything is a first look: nobody is called for what became ready meanwhile.
			const first = this.heardAt === 0 || isStale(this.heardAt, now);
			const ready = readyNow(this.ready, board.ready, now, first);
			const isNew = ready.some((shown) => shown.since === now);
			this.ready = ready;
			this.making = makingNow(board.making, ready, board.at ? Date.parse(board.at) : now);
			this.heardAt = now;
			this.unknown = false;
			this.problem = null;
			if (isNew) this.onNew();
		} catch (thrown) {
			if (signal.aborted) return;
			this.problem = asProblem(thrown);
			this.unknown = this.problem.status === 404 || this.problem.status === 400;
		}
	}
}
