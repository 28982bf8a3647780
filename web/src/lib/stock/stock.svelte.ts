// What the stock pages ask of the server, from whichever seat they stand on.
import { createInfiniteQuery, createQuery } from '$lib/query';
import { api, background, ok, type Schemas, type Seat } from '$api/client';
import { allPages } from '../pages';
import type { StockLine } from './needs';

export type Ingredient = Schemas['Ingredient'];
export type Movement = Schemas['Movement'];

export const stockKey = (cafe: string) => ['stock', cafe] as const;
export const ingredientsKey = ['ingredients'] as const;

export const fetchStock = (seat: Seat, cafe: string): Promise<StockLine[]> =>
	allPages(
		(cursor) =>
			ok(
				api[seat].GET('/api/v1/cafes/{cafe_id}/stock', {
					params: { path: { cafe_id: cafe }, query: { limit: 200, ...(cursor && { cursor }) } },
					headers: background
				})
			),
		(page) => page.stock
	);

export const fetchIngredients = (seat: Seat, archived: boolean): Promise<Ingredient[]> =>
	allPages(
		(cursor) =>
			ok(api[seat].GET('/api/v1/ingredients', { params: { query: { include_archived: archived, limit: 200, ...(cursor && { cursor }) } }, headers: background })),
		(page) => page.ingredients
	);

/** Everything on hand in a café, kept fresh while the page is open. */
export const useStock = (seat: Seat, cafe: () => string) =>
	createQuery(() => ({ queryKey: stockKey(cafe()), queryFn: () => fetchStock(seat, cafe()), enabled: cafe() !== '', refetchInterval: 30_000 }));

/** The chain's ingredients, archived ones too: a movement may name one. */
export const useIngredients = (seat: Seat) =>
	createQuery(() => ({ queryKey: ingredientsKey, queryFn: () => fetchIngredients(seat, true), staleTime: 60_000 }));

export const useMovements = (seat: Seat, cafe: () => string, ingredient: () => string) =>
	createInfiniteQuery(() => ({
		queryKey: [...stockKey(cafe()), 'movements', ingredient()],
		queryFn: ({ pageParam }) =>
			ok(
				api[seat].GET('/api/v1/cafes/{cafe_id}/movements', {
					params: { path: { cafe_id: cafe() }, query: { ingredient_id: ingredient(), limit: 50, ...(pageParam && { cursor: pageParam }) } },
					headers: background
				})
			),
		initialPageParam: '',
		getNextPageParam: (last: Schemas['ListMovementsResponse']) => last.next_cursor || undefined,
		enabled: cafe() !== '' && ingredient() !== ''
	}));

/** Who works in a café, those who left too: movements name them. */
export const usePeople = (seat: Seat, cafe: () => string) =>
	createQuery(() => ({
		queryKey: ['people', cafe()],
		queryFn: () =>
			allPages(
				(cursor) =>
					ok(
						api[seat].GET('/api/v1/cafes/{cafe_id}/people', {
							params: { path: { cafe_id: cafe() }, query: { include_archived: true, limit: 200, ...(cursor && { cursor }) } },
							headers: background
						})
					),
				(page) => page.people
			),
		enabled: cafe() !== ''
	}));

/** The words of a booking: what the server says it did, never what was asked. */
export interface Booked {
	movements: Movement[];
	stock: StockLine[];
}
