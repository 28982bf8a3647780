// Server state, in one client of the page: a screen that asks no list (the counter) never fetches what keeps them.
import {
	createInfiniteQuery as createInfinite,
	createQuery as create,
	QueryClient
} from '@tanstack/svelte-query';
import { Problem } from '$api/client';

export { keepPreviousData, type CreateQueryResult } from '@tanstack/svelte-query';

/** A refusal is an answer: only what may pass by itself is tried again. */
export const queries = new QueryClient({
	defaultOptions: {
		queries: {
			staleTime: 10_000,
			// By default a query tells only of the members that were read before; one read later for the first time (behind
			// an if, after another query) would show what it was at the beginning, for good.
			notifyOnChangeProps: 'all',
			retry: (failures, thrown) => failures < 2 && thrown instanceof Problem && thrown.unknown,
			retryDelay: (failures) => Math.min(500 * 2 ** failures, 5_000)
		},
		mutations: { retry: false }
	}
});
queries.mount();

const mine = () => queries;
export const createQuery = ((options: Parameters<typeof create>[0]) => create(options, mine)) as typeof create;
export const createInfiniteQuery = ((options: Parameters<typeof createInfinite>[0]) => createInfinite(options, mine)) as typeof createInfinite;
