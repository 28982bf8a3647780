import { asProblem, type Problem } from '$api/client';
import { newId } from '../ids';
import { Kept } from '../kept.svelte';
import { same } from './three-way';

interface Sent {
	key: string;
	body: unknown;
}

/**
 * A write that must not happen twice. Its key is kept, also over a reload, until the server said yes or no; an unknown
 * outcome is asked again with the same key and the same content, and so cannot be booked twice.
 */
export class Pending<T> {
	busy = $state(false);
	problem: Problem | null = $state.raw(null);
	private readonly sent: Kept<Sent | null>;

	constructor(
		name: string,
		private readonly write: (body: T, key: string) => Promise<unknown>
	) {
		this.sent = new Kept<Sent | null>(`pending.${name}`, null);
	}

	/** What was sent without an answer, if anything. */
	get unknown(): T | null {
		return !this.busy && this.sent.value ? (this.sent.value.body as T) : null;
	}

	/** True when the server did it. What was refused is in `problem`; what is unknown stays for `again`. */
	async send(body: T): Promise<boolean> {
		const before = this.sent.value;
		const key = before && same(before.body, body) ? before.key : newId();
		return this.run({ key, body });
	}

	async again(): Promise<boolean> {
		return this.sent.value ? this.run(this.sent.value) : false;
	}

	private async run(sent: Sent): Promise<boolean> {
		if (this.busy) return false;
		this.busy = true;
		this.problem = null;
		this.sent.value = sent;
		try {
			await this.write(sent.body as T, sent.key);
			this.sent.value = null;
			return true;
		} catch (thrown) {
			this.problem = asProblem(thrown);
			if (!this.problem.unknown) this.sent.value = null;
			return false;
		} finally {
			this.busy = false;
		}
	}
}
