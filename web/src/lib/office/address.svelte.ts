// Filters live in the address: a view can be sent, reloaded and gone back from.
import { goto } from '$app/navigation';
import { page } from '$app/state';

/** What the address says for a filter; empty when it says nothing. Live. */
export function filter(name: string): string {
	return page.url.searchParams.get(name) ?? '';
}

/** The same address with some filters changed; empty ones are left out. */
export function withFilters(address: URL, changes: Record<string, string | null | undefined>): string {
	const url = new URL(address);
	for (const [name, value] of Object.entries(changes)) {
		if (value) url.searchParams.set(name, value);
		else url.searchParams.delete(name);
	}
	return url.pathname + url.search;
}

/** Changes filters. A step that a person chose can be gone back from; typing only replaces what is there. */
export function setFilters(changes: Record<string, string | null | undefined>, typing = false): Promise<void> {
	const target = withFilters(page.url, changes);
	if (target === page.url.pathname + page.url.search) return Promise.resolve();
	return goto(target, { replaceState: typing, keepFocus: true, noScroll: true });
}
