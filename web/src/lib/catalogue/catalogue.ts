// What the menu pages ask of head office's catalogue.
import { createQuery } from '$lib/query';
import { api, background, ok, Problem, type Schemas } from '$api/client';
import { allPages } from '../pages';
import type { Combo, Category, Effects, Group, Item, Recipe } from './shapes';

export const menuKey = ['menu'] as const;
export const recipesKey = ['recipes'] as const;
const archived = { include_archived: true };

export const fetchCategories = async (): Promise<Category[]> =>
	(await ok(api.admin.GET('/api/v1/menu/categories', { params: { query: archived }, headers: background }))).categories.sort((a, b) => a.rank - b.rank || a.name.localeCompare(b.name));

export const fetchItems = (): Promise<Item[]> =>
	allPages(
		(cursor) => ok(api.admin.GET('/api/v1/menu/items', { params: { query: { ...archived, limit: 200, ...(cursor && { cursor }) } }, headers: background })),
		(page) => page.items
	);

export const fetchGroups = async (): Promise<Group[]> =>
	(await ok(api.admin.GET('/api/v1/menu/modifier-groups', { params: { query: archived }, headers: background }))).modifier_groups;

export const fetchCombos = async (): Promise<Combo[]> =>
	(await ok(api.admin.GET('/api/v1/menu/combos', { params: { query: archived }, headers: background }))).combos;

export const fetchRecipes = async (): Promise<Map<string, Recipe>> =>
	new Map(
		(
			await allPages(
				(cursor) => ok(api.admin.GET('/api/v1/recipes', { params: { query: { limit: 200, ...(cursor && { cursor }) } }, headers: background })),
				(page) => page.recipes
			)
		).map((recipe) => [recipe.variation_id, recipe])
	);

/** Nothing, when it does not exist: what is not there yet is no failure. */
export async function orNothing<T>(asked: Promise<T>): Promise<T | undefined> {
	try {
		return await asked;
	} catch (thrown) {
		if (thrown instanceof Problem && thrown.status === 404) return undefined;
		throw thrown;
	}
}

export const fetchItem = (id: string) => orNothing(ok(api.admin.GET('/api/v1/menu/items/{id}', { params: { path: { id } } })));

export async function fetchEffects(modifiers: readonly string[]): Promise<Map<string, Effects>> {
	const all = await Promise.all(
		modifiers.map((id) => orNothing(ok(api.admin.GET('/api/v1/modifier-effects/{modifier_id}', { params: { path: { modifier_id: id } } }))))
	);
	return new Map(all.flatMap((one) => (one ? [[one.modifier_id, one] as const] : [])));
}

export const useCategories = () => createQuery(() => ({ queryKey: [...menuKey, 'categories'], queryFn: fetchCategories }));
export const useItems = () => createQuery(() => ({ queryKey: [...menuKey, 'items'], queryFn: fetchItems }));
export const useGroups = () => createQuery(() => ({ queryKey: [...menuKey, 'groups'], queryFn: fetchGroups }));
export const useCombos = () => createQuery(() => ({ queryKey: [...menuKey, 'combos'], queryFn: fetchCombos }));
export const useRecipes = () => createQuery(() => ({ queryKey: recipesKey, queryFn: fetchRecipes }));
export const useDiff = () =>
	createQuery(() => ({
		queryKey: [...menuKey, 'diff'],
		queryFn: (): Promise<Schemas['DiffDraftResponse']> => ok(api.admin.GET('/api/v1/menu/draft/diff', { headers: background })),
		staleTime: 0
	}));
