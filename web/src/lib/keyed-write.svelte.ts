import { asProblem, type Problem } from '$api/client';
import { newId } from './ids';

/**
 * A write that must not happen twice. It keeps its idempotency key until its outcome is known: pressing the button again
 * after no answer came asks for the same thing under the same key. A success or a refusal ends the key. What has to
 * survive a reload is a Pending (lib/draft).
 */
export class KeyedWrite {
	busy = $state(false);
	/** What went wrong last; its `unknown` means: it may have happened, ask again. */
	problem = $state<Problem | null>(null);
	private key = newId();

	/** Through `act` goes every request: a counter waits there for whoever has to sign in first. */
	constructor(private readonly act: <T>(doing: () => Promise<T>) => Promise<T> = (doing) => doing()) {}

	/** Another thing is to be written: what became of the one before no longer matters to it. */
	begin(): void {
		this.key = newId();
		this.problem = null;
	}

	/** Runs the request with the key; undefined when it did not succeed (then `problem` says why). */
	async run<T>(request: (key: string) => Promise<T>): Promise<T | undefined> {
		if (this.busy) return undefined;
		this.busy = true;
		this.problem = null;
		try {
			const answer = await this.act(() => request(this.key));
			this.key = newId();
			return answer;
		} catch (thrown) {
			this.problem = asProblem(thrown);
			if (!this.problem.unknown) this.key = newId();
			return undefined;
		} finally {
			this.busy = false;
		}
	}
}
