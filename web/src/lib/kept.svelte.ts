/**
 * State of a screen that survives reload, back and a closed tab: kept in localStorage under `coffee.<name>`, and followed
 * across tabs. What it holds must be JSON. When storage is full or switched off it is plain state.
 */
export class Kept<T> {
	private current: T = $state() as T;
	private readonly key: string;

	constructor(
		name: string,
		private readonly initial: T,
		/** Takes what was stored, perhaps by an older version, and gives a value, or null for "start anew". */
		private readonly revive: (stored: unknown) => T | null = (stored) => stored as T
	) {
		this.key = `coffee.${name}`;
		this.current = this.read();
		window.addEventListener('storage', (event) => {
			if (event.key === this.key) this.current = this.read();
		});
	}

	get value(): T {
		return this.current;
	}

	set value(next: T) {
		this.current = next;
		this.save();
	}

	/** Call after changing the value in place. */
	save(): void {
		try {
			if (this.current === null) localStorage.removeItem(this.key);
			else localStorage.setItem(this.key, JSON.stringify(this.current));
		} catch {
			// Then it lasts as long as the page.
		}
	}

	private read(): T {
		try {
			const stored = localStorage.getItem(this.key);
			return (stored === null ? null : this.revive(JSON.parse(stored))) ?? this.initial;
		} catch {
			return this.initial;
		}
	}
}
