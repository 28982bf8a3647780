import { api, ok, Problem, type Schemas, type Seat } from '$api/client';

export type Session = Schemas['Session'];
export type Person = NonNullable<Session['person']>;

/** Who asks from this seat of the browser. Null: nobody signed in. Undefined: not asked yet. */
export class SessionState {
	current = $state<Session | null | undefined>(undefined);

	constructor(readonly seat: Seat) {}

	/** Asks the gateway. Throws only when it cannot tell (offline): then what was known stays. */
	async refresh(): Promise<Session | null> {
		try {
			this.current = await ok(api[this.seat].GET('/session'));
		} catch (thrown) {
			if (!(thrown instanceof Problem) || thrown.status !== 401) throw thrown;
			this.current = null;
		}
		return this.current ?? null;
	}

	get role(): Session['role'] | undefined {
		return this.current?.role;
	}

	/** May somebody with one of these roles act? The server decides; this only spares a person the refusal. */
	is(...roles: Session['role'][]): boolean {
		return this.current != null && roles.includes(this.current.role);
	}
}

export const device = new SessionState('device');
export const admin = new SessionState('admin');
export const customer = new SessionState('customer');
