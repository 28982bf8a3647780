// The cafés of the chain as every page of head office needs them: one query, shared and kept fresh.
import { createQuery } from '$lib/query';
import { api, background, ok, type Schemas } from '$api/client';
import { byId, colourOf, currenciesOf, placesOf } from './colours';

export type Cafe = Schemas['Cafe'];

export const cafesKey = ['office', 'cafes'] as const;

/** Every café, archived ones too, page by page. */
export async function fetchCafes(): Promise<Cafe[]> {
	const all: Cafe[] = [];
	let cursor = '';
	do {
		const page = await ok(
			api.admin.GET('/api/v1/cafes', {
				params: { query: { include_archived: true, limit: 200, ...(cursor && { cursor }) } },
				headers: background
			})
		);
		all.push(...page.cafes);
		cursor = page.next_cursor;
	} while (cursor);
	return all;
}

/** Call in a component: `const cafes = useCafes()`. Everything on it is live. */
export function useCafes(refetchInterval: number | false = 60_000) {
	const query = createQuery(() => ({ queryKey: cafesKey, queryFn: fetchCafes, refetchInterval }));
	const all = $derived(query.data ?? []);
	const places = $derived(placesOf(all));
	const known = $derived(byId(all));
	const open = $derived(all.filter((cafe) => !cafe.archived_at));

	return {
		/** The query itself: isPending, error, refetch. */
		get query() {
			return query;
		},
		/** Archived ones too. */
		get all(): Cafe[] {
			return all;
		},
		/** The cafés that are in business (whatever the hour), by name. */
		get active(): Cafe[] {
			return open;
		},
		get(id: string): Cafe | undefined {
			return known.get(id);
		},
		/** Of a café that is not known (yet): nothing to read, never an id. */
		name(id: string): string {
			return known.get(id)?.name ?? '…';
		},
		/** `style:--c={cafes.colour(id)}` */
		colour(id: string): string {
			return colourOf(places.get(id));
		},
		get currencies(): string[] {
			return currenciesOf(open);
		}
	};
}

export type Cafes = ReturnType<typeof useCafes>;
