// Who works at this counter. The device stays; a person leaves after a while without a touch. Whatever was being done then
// waits for the next PIN and goes on.
import { api, asProblem, ok, Problem } from '$api/client';
import type { SessionState } from '$lib/session.svelte';

/** As the gateway has it (gateway/session, OfPerson): it would refuse, so the screen asks first. */
const idleAfter = 15 * 60_000;

export class PersonAtWork {
	/** Somebody has to sign in before anything goes on. */
	wanted = $state(false);
	private waiting: (() => void)[] = [];
	private usedAt = Date.now();

	constructor(readonly session: SessionState) {}

	get person() {
		return this.session.current?.person;
	}

	get isLead(): boolean {
		return this.session.is('lead', 'manager');
	}

	/** Does something that needs a person; without one it waits for the PIN and does it then. */
	async act<T>(doing: () => Promise<T>): Promise<T> {
		try {
			return await doing();
		} catch (thrown) {
			if (!(await this.isMissing(thrown))) throw thrown;
		}
		await this.come();
		return doing();
	}

	/** Was it refused because the person, or the device, is not signed in any more? */
	async isMissing(thrown: unknown): Promise<boolean> {
		const { status } = asProblem(thrown);
		if (status !== 401 && status !== 403) return false;
		try {
			await this.session.refresh();
		} catch {
			return false;
		}
		if (this.person) return status === 401;
		this.wanted = true;
		return true;
	}

	/** Resolves when somebody has signed in. */
	come(): Promise<void> {
		if (this.person && !this.wanted) return Promise.resolve();
		this.wanted = true;
		return new Promise((resolve) => this.waiting.push(resolve));
	}

	async signIn(person: string, pin: string): Promise<void> {
		this.session.current = await ok(api[this.session.seat].POST('/login', { body: { person, pin } }));
		if (!this.person) throw new Problem('session_ended', 401, '');
		this.usedAt = Date.now();
		this.wanted = false;
		this.waiting.splice(0).forEach((go) => go());
	}

	/** The person leaves the device; what is on the screen stays. */
	async leave(): Promise<void> {
		this.wanted = true;
		try {
			await ok(api[this.session.seat].POST('/logout', { params: { query: { person: '1' } } }));
			await this.session.refresh();
		} catch {
			// Not heard: the screen is locked all the same, and the server's own clock runs.
		}
	}

	touched(): void {
		this.usedAt = Date.now();
	}

	/** Locks the screen after 15 minutes without a touch. Gives what stops it. */
	watch(): () => void {
		const touched = () => this.touched();
		const kinds = ['pointerdown', 'keydown'] as const;
		for (const kind of kinds) window.addEventListener(kind, touched, { passive: true });
		const look = () => this.person && !this.wanted && Date.now() - this.usedAt >= idleAfter && void this.leave();
		const timer = setInterval(look, 10_000);
		document.addEventListener('visibilitychange', look);
		return () => {
			for (const kind of kinds) window.removeEventListener(kind, touched);
			document.removeEventListener('visibilitychange', look);
			clearInterval(timer);
		};
	}
}
