import { untrack } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import { Kept } from '../kept.svelte';
import { mergeThree, same, type Merged } from './three-way';

interface Stored<T> {
	base: T;
	mine: T;
	at: number;
}

/**
 * Something of the server's being edited. What was typed is kept on this device until it is saved or dropped; when the
 * server's changed meanwhile, theirs stands beside mine until each difference is settled.
 */
export class Draft<T extends object> {
	/** What the form shows and changes in place. */
	mine: T = $state() as T;
	/** What mine began from. */
	base: T = $state.raw() as T;
	/** What the server has now, when that is neither. */
	theirs: T | null = $state.raw(null);
	/** It was brought back from this device, typed before. */
	restored = $state(false);
	private readonly kept: Kept<Stored<T> | null>;
	private settled = new SvelteMap<string, boolean>();

	constructor(
		readonly name: string,
		server: T,
		/** A new thing differs from nothing: it counts as changed from the first character. */
		readonly isNew = false
	) {
		this.kept = new Kept<Stored<T> | null>(`draft.${name}`, null, (stored) =>
			stored && typeof stored === 'object' && 'mine' in stored && 'base' in stored ? (stored as Stored<T>) : null
		);
		const stored = $state.snapshot(this.kept.value) as Stored<T> | null;
		this.base = server;
		this.mine = structuredClone(server);
		if (stored && !same(stored.mine, server)) {
			this.restored = true;
			this.mine = structuredClone(stored.mine);
			this.base = stored.base;
			if (!same(stored.base, server)) this.meet(server);
		}
	}

	get changed(): boolean {
		return !same(this.base, $state.snapshot(this.mine));
	}

	/** Call in an effect: keeps what was typed. */
	keep(): void {
		const mine = $state.snapshot(this.mine) as T;
		const base = this.base;
		// What is kept is written here and read nowhere else: an effect that keeps is not called by it again.
		untrack(() => {
			if (!same(base, mine)) this.kept.value = { base, mine, at: Date.now() };
			else if (this.kept.value) forget(this.name, () => (this.kept.value = null));
		});
	}

	/** The server has something else than mine began from. */
	meet(theirs: T): void {
		if (same(theirs, this.base)) return;
		this.settled.clear();
		const { clashes, taken } = mergeThree(this.base, $state.snapshot(this.mine) as T, theirs);
		if (clashes.length === 0 && taken.length === 0) this.rest(theirs, $state.snapshot(this.mine) as T);
		else this.theirs = theirs;
	}

	/** Mine and theirs, as far as they are settled. */
	get merge(): Merged<T> | null {
		if (!this.theirs) return null;
		return mergeThree(this.base, $state.snapshot(this.mine) as T, this.theirs, (path) => this.settled.get(path.join('/')));
	}

	choice(path: string[]): boolean | undefined {
		return this.settled.get(path.join('/'));
	}

	settle(path: string[], takeTheirs: boolean): void {
		this.settled.set(path.join('/'), takeTheirs);
	}

	get allSettled(): boolean {
		return this.merge?.clashes.every((clash) => this.choice(clash.path) !== undefined) ?? true;
	}

	/** Goes on from theirs with what was settled. */
	accept(): void {
		const merge = this.merge;
		if (merge && this.theirs) this.rest(this.theirs, merge.merged);
	}

	/** Saved, or the same as the server's: the new ground. */
	rest(server: T, mine: T = server): void {
		this.base = server;
		this.mine = structuredClone(mine);
		this.theirs = null;
		this.settled.clear();
		this.restored = false;
		this.keep();
	}

	/** Drops what was typed; the answer brings it back. */
	drop(): () => void {
		const mine = $state.snapshot(this.mine) as T;
		const base = this.base;
		this.rest(this.theirs ?? this.base);
		return () => {
			this.base = base;
			this.mine = mine;
			this.keep();
		};
	}
}

function forget(name: string, clear: () => void): void {
	clear();
	try {
		localStorage.removeItem(`coffee.draft.${name}`);
	} catch {
		// Then there was nothing kept either.
	}
}
