import { QueryClient } from '@tanstack/svelte-query';
import { Problem } from '$api/client';

/** Server state of all screens. A refusal is an answer: only what may pass by itself is tried again. */
export function newQueryClient(): QueryClient {
	return new QueryClient({
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
}
