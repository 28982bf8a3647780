// What Today asks, and how often: money and what is late every 20 s, stock every minute, days and menus seldom. All of
// it is asked by the clock, so it keeps nobody signed in.
import { createQuery, keepPreviousData } from '$lib/query';
import { api, background, ok, type Schemas } from '$api/client';
import type { Cafe } from '$lib/office/cafes.svelte';
import { fetchSales } from '$lib/office/sales';
import { dateAway, type CafeBoard } from '$lib/office/today';

const soon = 20_000;

/** Runs few at a time: a chain of fifty cafés is not to fill the browser's connections. */
export async function each<T, R>(things: readonly T[], work: (thing: T) => Promise<R>, atOnce = 4): Promise<R[]> {
	const results: R[] = new Array(things.length);
	let next = 0;
	const hand = async () => {
		for (let i = next++; i < things.length; i = next++) results[i] = await work(things[i]!);
	};
	await Promise.all(Array.from({ length: Math.min(atOnce, things.length) }, hand));
	return results;
}

export function useToday(cafe: () => string, currency: () => string) {
	return createQuery(() => ({
		queryKey: ['office', 'today', cafe(), currency()],
		queryFn: () =>
			ok(
				api.admin.GET('/api/v1/analytics/today', {
					params: { query: { ...(cafe() && { cafe_id: cafe() }), ...(currency() && { currency: currency() }) } },
					headers: background
				})
			),
		refetchInterval: soon,
		placeholderData: keepPreviousData
	}));
}

export function useBoards(cafes: () => readonly Cafe[]) {
	return createQuery(() => ({
		queryKey: ['office', 'boards', cafes().map((cafe) => cafe.id)],
		queryFn: (): Promise<CafeBoard[]> =>
			each(cafes(), async (cafe) => {
				const board = await ok(
					api.admin.GET('/api/v1/cafes/{cafe_id}/board', { params: { path: { cafe_id: cafe.id } }, headers: background })
				);
				return { cafe_id: cafe.id, tickets: board.tickets };
			}),
		enabled: cafes().length > 0,
		refetchInterval: soon,
		placeholderData: keepPreviousData
	}));
}

export function useStock(cafes: () => readonly Cafe[]) {
	return createQuery(() => ({
		queryKey: ['office', 'today-stock', cafes().map((cafe) => cafe.id)],
		queryFn: async (): Promise<Schemas['StockLine'][]> => {
			const lists = await each(cafes(), async (cafe) => {
				const lines: Schemas['StockLine'][] = [];
				let cursor = '';
				do {
					const page = await ok(
						api.admin.GET('/api/v1/cafes/{cafe_id}/stock', {
							params: { path: { cafe_id: cafe.id }, query: { limit: 200, ...(cursor && { cursor }) } },
							headers: background
						})
					);
					lines.push(...page.stock);
					cursor = page.next_cursor;
				} while (cursor);
				return lines;
			});
			return lists.flat();
		},
		enabled: cafes().length > 0,
		refetchInterval: 60_000,
		placeholderData: keepPreviousData
	}));
}

/** The fourteen business dates before a date, by café. */
export function useDays(date: () => string, cafe: () => string, currency: () => string) {
	return createQuery(() => ({
		queryKey: ['office', 'days', date(), cafe(), currency()],
		queryFn: () =>
			fetchSales({ from: dateAway(date(), -14), to: dateAway(date(), -1), by: ['cafe', 'date'], cafe: cafe(), currency: currency() }),
		enabled: date() !== '' && currency() !== '',
		staleTime: 5 * 60_000,
		placeholderData: keepPreviousData
	}));
}

/** Sums of one business date by item or category. */
export function useSums(by: 'item' | 'category', date: () => string, cafe: () => string, currency: () => string) {
	return createQuery(() => ({
		queryKey: ['office', 'sums', by, date(), cafe(), currency()],
		queryFn: () => fetchSales({ from: date(), to: date(), by: [by], cafe: cafe(), currency: currency() }),
		enabled: date() !== '' && currency() !== '',
		refetchInterval: soon,
		placeholderData: keepPreviousData
	}));
}

/** What is on sale now in these cafés; the first few of a long chain are enough to know the menu. */
export function useOnSale(cafes: () => readonly Cafe[]) {
	return createQuery(() => ({
		queryKey: ['office', 'on-sale', cafes().slice(0, 6).map((cafe) => cafe.id)],
		queryFn: async () => {
			const menus = await each(cafes().slice(0, 6), (cafe) =>
				ok(api.admin.GET('/api/v1/cafes/{cafe_id}/menu', { params: { path: { cafe_id: cafe.id } }, headers: background })).catch(() => null)
			);
			const items = new Map<string, { id: string; name: string }>();
			for (const menu of menus) for (const item of menu?.items ?? []) items.set(item.id, { id: item.id, name: item.name });
			return [...items.values()];
		},
		enabled: cafes().length > 0,
		staleTime: 10 * 60_000
	}));
}
