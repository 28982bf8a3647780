// A write whose outcome is not known yet, with its key: kept until somebody knows, also over a reload, so that asking
// again can never do it twice.

export interface Pending<T> {
	key: string;
	body: T;
}

const place = (name: string) => `coffee.office.pending.${name}`;

export function pendingOf<T>(name: string): Pending<T> | null {
	try {
		const kept = JSON.parse(localStorage.getItem(place(name)) ?? 'null') as Pending<T> | null;
		return kept && typeof kept.key === 'string' && kept.body !== undefined ? kept : null;
	} catch {
		return null;
	}
}

export function keepPending<T>(name: string, pending: Pending<T> | null): void {
	try {
		if (pending) localStorage.setItem(place(name), JSON.stringify(pending));
		else localStorage.removeItem(place(name));
	} catch {
		// Without storage it lasts as long as the page holds it.
	}
}
