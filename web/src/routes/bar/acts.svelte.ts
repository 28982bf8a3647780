// What a barista does to tickets. Each act is shown as under way until the server has done it; the last ones can be
// undone. Whoever comes second to the same thing succeeds, so two people at two screens do not disturb each other.
import { api, asProblem, ok, type Schemas } from '$api/client';
import type { LiveBoard } from './board.svelte';
import { minus, plus, setOf } from '$lib/board/sets';
import { toMake } from '$lib/board/sorting';
import type { Ticket, TicketLine } from '$lib/board/types';
import { problemText } from '$lib/problem-text';
import { t } from '$lib/texts/index.svelte';
import { toast } from 'svelte-sonner';

export interface Done {
	order: string;
	number: string;
	customer: string;
	kind: 'ready' | 'made' | 'begun' | 'handing';
	/** What was made, when it was one line. */
	item: string;
	lines: { line: number; before: string }[];
	at: number;
	/** Which touch it was, counted. */
	turn: number;
}

type State = 'queued' | 'making' | 'ready' | 'handed_over';

/** A hand-over goes out after this long, because the server knows no way back from it. */
export const graceOfHandOver = 4_000;
const remembered = 20;
/** Somebody else was faster: the board tells what is so now. */
const quiet = ['line_moved', 'illegal_transition', 'not_to_make', 'not_found'];

export class Acts {
	/** `order:line` of what is on its way; two lines of one ticket do not wait for each other. */
	busy = $state.raw<ReadonlySet<string>>(setOf());
	done = $state.raw<readonly Done[]>([]);
	/** Orders whose hand-over goes out in a moment. */
	handing = $state.raw<ReadonlySet<string>>(setOf());
	private timers: Record<string, ReturnType<typeof setTimeout>> = {};
	private turns = 0;

	constructor(private readonly board: LiveBoard) {}

	isBusy(ticket: Ticket, line: TicketLine): boolean {
		return this.busy.has(`${ticket.order_id}:${line.line}`);
	}

	/** Sends what was promised for in a moment, and forgets the rest. */
	stop = (): void => {
		for (const order of Object.keys(this.timers)) this.handNow(order);
	};

	/** One tap: what is not made is made; what is made is being made again. */
	tap = (ticket: Ticket, line: TicketLine): Promise<void> =>
		line.state === 'ready' ? this.putBack(ticket, [line]) : this.make(ticket, [line], 'made');

	/** The whole ticket, as far as this screen shows it. */
	bump = (ticket: Ticket, lines: readonly TicketLine[]): Promise<void> => this.make(ticket, lines.filter(toMake), 'ready');

	begin = (ticket: Ticket, lines: readonly TicketLine[]): Promise<void> => {
		const waiting = lines.filter((line) => line.state === 'queued' && line.station !== '');
		return this.moveAll(ticket, waiting, 'making', 'begun');
	};

	private make = (ticket: Ticket, lines: readonly TicketLine[], kind: 'made' | 'ready') =>
		this.moveAll(ticket, lines, 'ready', kind);

	/** From ready back to the work: also of what another screen bumped. */
	putBack = async (ticket: Ticket, lines: readonly TicketLine[]): Promise<void> => {
		const ready = lines.filter((line) => line.state === 'ready').map((line) => line.line);
		await this.during(ticket, ready, () => this.move(ticket.order_id, ready, 'ready', 'making'));
		this.forget(ticket.order_id, ready);
	};

	private async moveAll(ticket: Ticket, lines: readonly TicketLine[], to: State, kind: Done['kind']): Promise<void> {
		if (lines.length === 0) return;
		const turn = ++this.turns;
		const numbers = lines.map((line) => line.line);
		const before = lines.map((line) => ({ line: line.line, before: line.state }));
		const item = lines.length === 1 ? lines[0]!.item_name : '';
		const moved = await this.during(ticket, numbers, async () => {
			for (const from of ['making', 'queued'] as const) {
				const of = before.filter((line) => line.before === from && from !== to).map((line) => line.line);
				if (of.length > 0) await this.move(ticket.order_id, of, from, to);
			}
		});
		if (moved) this.remember({ ...named(ticket), kind, item, lines: before, at: this.board.now, turn });
	}

	handOver = (ticket: Ticket): void => {
		const order = ticket.order_id;
		if (this.timers[order]) return;
		this.handing = plus(this.handing, order);
		this.remember({ ...named(ticket), kind: 'handing', item: '', lines: [], at: this.board.now, turn: ++this.turns });
		this.timers[order] = setTimeout(() => this.handNow(order), graceOfHandOver);
	};

	private handNow(order: string): void {
		clearTimeout(this.timers[order]);
		delete this.timers[order];
		const ticket = this.board.known.tickets.get(order);
		this.forget(order);
		const clear = () => (this.handing = minus(this.handing, order));
		if (!ticket) return void clear();
		void this.during(ticket, [], () => this.move(order, [], '', 'handed_over')).finally(clear);
	}

	undo = async (): Promise<void> => {
		const last = this.done[0];
		if (!last) return;
		this.done = this.done.slice(1);
		if (last.kind === 'handing') {
			clearTimeout(this.timers[last.order]);
			delete this.timers[last.order];
			this.handing = minus(this.handing, last.order);
			return;
		}
		const ticket = this.board.known.tickets.get(last.order);
		const lines = last.lines.map((line) => line.line);
		const queued = last.lines.filter((line) => line.before === 'queued').map((line) => line.line);
		await this.during(ticket ?? { order_id: last.order }, lines, async () => {
			if (last.kind !== 'begun') await this.move(last.order, lines, 'ready', 'making');
			if (queued.length > 0) await this.move(last.order, queued, 'making', 'queued');
		});
	};

	cannotMake = (ticket: Ticket, line: TicketLine, reason: string): Promise<boolean> =>
		this.during(ticket, [line.line], () =>
			this.send(api.device.POST('/api/v1/orders/{id}/problems', {
				params: { path: { id: ticket.order_id } },
				body: { lines: [line.line], reason, clear: reason === '' }
			}))
		);

	acknowledge = (ticket: Ticket, lines: readonly TicketLine[]): Promise<boolean> =>
		this.during(ticket, lines.map((line) => line.line), () =>
			this.send(api.device.POST('/api/v1/orders/{id}/acknowledge', {
				params: { path: { id: ticket.order_id } },
				body: { lines: lines.map((line) => line.line) }
			}))
		);

	private move(order: string, lines: number[], from: State | '', to: State): Promise<void> {
		return this.send(api.device.POST('/api/v1/orders/{id}/lines', {
			params: { path: { id: order } },
			body: { lines, from, to }
		}));
	}

	private async send(answer: Parameters<typeof ok<Schemas['Order']>>[0]): Promise<void> {
		this.board.took(await ok(answer));
	}

	/** Shows lines as busy while something is done to them; false when it was refused, after saying why. */
	private async during(ticket: Pick<Ticket, 'order_id'>, lines: readonly number[], act: () => Promise<void>): Promise<boolean> {
		const keys = (lines.length > 0 ? lines : ['*']).map((line) => `${ticket.order_id}:${line}`);
		if (keys.some((key) => this.busy.has(key))) return false;
		this.busy = plus(this.busy, ...keys);
		try {
			await act();
			return true;
		} catch (thrown) {
			const problem = asProblem(thrown);
			void this.board.fetch();
			if (!quiet.includes(problem.code)) {
				toast.error(problem.unknown ? t('bar.not_done', { why: problemText(problem) }) : problemText(problem));
			}
			return false;
		} finally {
			this.busy = minus(this.busy, ...keys);
		}
	}

	/** The last touch comes first, not the last answer: a ticket is handed over before we hear that it is ready. */
	private remember(done: Done): void {
		this.done = [done, ...this.done].sort((a, b) => b.turn - a.turn).slice(0, remembered);
	}

	/** What was put back, or handed over, is nothing to undo any more. */
	private forget(order: string, lines?: readonly number[]): void {
		this.done = this.done.filter(
			(done) => done.order !== order || (lines !== undefined && !done.lines.some(({ line }) => lines.includes(line)))
		);
	}
}

const named = (ticket: Ticket) => ({ order: ticket.order_id, number: ticket.call_number, customer: ticket.customer_name });
