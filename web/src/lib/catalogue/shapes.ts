// The catalogue as forms edit it: prices by currency instead of lists, recipes beside the item they belong to.
import type { Schemas } from '$api/client';
import { newId } from '../ids';
import { draftLines, linesFault, type DraftLine } from './recipe';

export type Item = Schemas['Item'];
export type Category = Schemas['Category'];
export type Group = Schemas['ModifierGroup'];
export type Combo = Schemas['Combo'];
export type Recipe = Schemas['Recipe'];
export type Effects = Schemas['ModifierEffects'];

/** Minor units by currency; null where nothing is asked in it. */
export type Prices = Record<string, number | null>;

export function pricesOf(list: readonly Schemas['Money'][] | undefined, currencies: readonly string[]): Prices {
	const prices: Prices = Object.fromEntries(currencies.map((currency) => [currency, null]));
	for (const one of list ?? []) if (one.currency) prices[one.currency] = one.amount ?? 0;
	return prices;
}

export const sentPrices = (prices: Prices): Schemas['Money'][] =>
	Object.entries(prices).flatMap(([currency, amount]) => (amount === null ? [] : [{ amount, currency }]));

export interface VariationForm {
	id: string;
	name: string;
	bar_seconds: number | null;
	prices: Prices;
}

export interface WindowForm {
	name: string;
	variation_id: string;
	weekdays: number[];
	from_minute: number | null;
	to_minute: number | null;
	prices: Prices;
}

export interface RecipeForm {
	lines: DraftLine[];
	version: number;
}

export interface ItemForm {
	category_id: string;
	name: string;
	description: string;
	tax_code: string;
	station: string;
	rank: number | null;
	drawing: string;
	modifier_group_ids: string[];
	variations: VariationForm[];
	price_windows: WindowForm[];
	recipes: Record<string, RecipeForm>;
	version: number;
}

export function newVariation(currencies: readonly string[], name = ''): VariationForm {
	return { id: newId(), name, bar_seconds: null, prices: pricesOf([], currencies) };
}

export function itemForm(item: Item | undefined, recipes: ReadonlyMap<string, Recipe>, currencies: readonly string[], category = ''): ItemForm {
	const variations = item?.variations.map((one) => ({
		id: one.id ?? '',
		name: one.name ?? '',
		bar_seconds: one.bar_seconds || null,
		prices: pricesOf(one.prices, currencies)
	})) ?? [];
	return {
		category_id: item?.category_id ?? category,
		name: item?.name ?? '',
		description: item?.description ?? '',
		tax_code: item?.tax_code ?? 'standard',
		station: item ? item.station : 'bar',
		rank: item?.rank ?? 0,
		drawing: item?.drawing ?? '',
		modifier_group_ids: [...(item?.modifier_group_ids ?? [])],
		variations,
		price_windows: (item?.price_windows ?? []).map((one) => ({
			name: one.name ?? '',
			variation_id: one.variation_id ?? '',
			weekdays: [...(one.weekdays ?? [])],
			from_minute: one.from_minute ?? 0,
			to_minute: one.to_minute ?? 1440,
			prices: pricesOf(one.prices, currencies)
		})),
		recipes: Object.fromEntries(variations.map((one) => [one.id, recipeForm(recipes.get(one.id))])),
		version: item?.version ?? 0
	};
}

export const recipeForm = (recipe?: Recipe): RecipeForm => ({ lines: draftLines(recipe?.lines), version: recipe?.version ?? 0 });

/** The item's own part: what PutItem takes. */
export function sentItem(form: ItemForm) {
	return {
		category_id: form.category_id,
		name: form.name.trim(),
		description: form.description.trim(),
		tax_code: form.tax_code,
		station: form.station as '' | 'bar' | 'kitchen',
		rank: form.rank ?? 0,
		drawing: form.drawing as '',
		modifier_group_ids: form.modifier_group_ids,
		variations: form.variations.map((one) => ({ id: one.id, name: one.name.trim(), bar_seconds: one.bar_seconds ?? 0, prices: sentPrices(one.prices) })),
		price_windows: form.price_windows.map((one) => ({
			name: one.name.trim(),
			variation_id: one.variation_id,
			weekdays: one.weekdays,
			from_minute: one.from_minute ?? 0,
			to_minute: one.to_minute ?? 1440,
			prices: sentPrices(one.prices)
		})),
		version: form.version
	};
}

export type ItemFault = 'name' | 'category' | 'sizes' | 'size_name' | 'size_twice' | 'tax' | 'window' | 'recipe_unfinished' | 'recipe_slot' | 'recipe_twice';

/** The first thing that keeps an item from being saved. */
export function itemFault(form: ItemForm): ItemFault | null {
	if (!form.name.trim()) return 'name';
	if (!form.category_id) return 'category';
	if (form.variations.length === 0) return 'sizes';
	const names = form.variations.map((one) => one.name.trim().toLowerCase());
	if (names.includes('')) return 'size_name';
	if (new Set(names).size < names.length) return 'size_twice';
	if (!/^[a-z][a-z0-9_]{0,31}$/.test(form.tax_code)) return 'tax';
	for (const one of form.price_windows) {
		const whole = one.name.trim() && form.variations.some((size) => size.id === one.variation_id) && one.from_minute !== null && one.to_minute !== null;
		if (!whole || one.from_minute! >= one.to_minute! || sentPrices(one.prices).length === 0) return 'window';
	}
	for (const size of form.variations) {
		const fault = linesFault(form.recipes[size.id]?.lines ?? []);
		if (fault) return `recipe_${fault}`;
	}
	return null;
}

export interface EffectForm {
	kind: string;
	slot: string;
	ingredient_id: string;
	quantity: number | null;
	numerator: number | null;
	denominator: number | null;
	only: string;
}

export interface ModifierForm {
	id: string;
	name: string;
	is_default: boolean;
	prices: Prices;
}

export interface GroupForm {
	name: string;
	min: number | null;
	max: number | null;
	free_count: number | null;
	modifiers: ModifierForm[];
	effects: Record<string, { list: EffectForm[]; version: number }>;
	version: number;
}

export const newModifier = (currencies: readonly string[]): ModifierForm => ({ id: newId(), name: '', is_default: false, prices: pricesOf([], currencies) });

export function effectsForm(effects?: Effects): { list: EffectForm[]; version: number } {
	return {
		list: (effects?.effects ?? []).map((one) => ({
			kind: one.kind ?? 'substitute',
			slot: one.slot ?? '',
			ingredient_id: one.ingredient_id ?? '',
			quantity: one.quantity || null,
			numerator: one.numerator ?? null,
			denominator: one.denominator || null,
			only: one.only ?? ''
		})),
		version: effects?.version ?? 0
	};
}

export function groupForm(group: Group | undefined, effects: ReadonlyMap<string, Effects>, currencies: readonly string[]): GroupForm {
	const modifiers = group?.modifiers.map((one) => ({ id: one.id ?? '', name: one.name ?? '', is_default: one.is_default ?? false, prices: pricesOf(one.price_deltas, currencies) })) ?? [];
	return {
		name: group?.name ?? '',
		min: group?.min ?? 0,
		max: group?.max ?? 1,
		free_count: group?.free_count ?? 0,
		modifiers,
		effects: Object.fromEntries(modifiers.map((one) => [one.id, effectsForm(effects.get(one.id))])),
		version: group?.version ?? 0
	};
}

export const sentGroup = (form: GroupForm) => ({
	name: form.name.trim(),
	min: form.min ?? 0,
	max: form.max ?? 1,
	free_count: form.free_count ?? 0,
	modifiers: form.modifiers.map((one) => ({ id: one.id, name: one.name.trim(), is_default: one.is_default, price_deltas: sentPrices(one.prices) })),
	version: form.version
});

export const sentEffects = (list: readonly EffectForm[]): Schemas['ModifierEffect'][] =>
	list.map((one) => {
		const only = one.only as '';
		if (one.kind === 'scale') return { kind: 'scale', slot: one.slot, numerator: one.numerator ?? 0, denominator: one.denominator ?? 1, only };
		return { kind: one.kind as 'add', slot: one.slot, ingredient_id: one.ingredient_id, quantity: one.quantity ?? 0, only };
	});

export type GroupFault = 'name' | 'modifiers' | 'modifier_name' | 'modifier_twice' | 'bounds' | 'defaults' | 'effect';

export function groupFault(form: GroupForm): GroupFault | null {
	if (!form.name.trim()) return 'name';
	if (form.modifiers.length === 0) return 'modifiers';
	const names = form.modifiers.map((one) => one.name.trim().toLowerCase());
	if (names.includes('')) return 'modifier_name';
	if (new Set(names).size < names.length) return 'modifier_twice';
	if (form.min === null || form.max === null || form.free_count === null || form.min > form.max || form.free_count > form.max) return 'bounds';
	const defaults = form.modifiers.filter((one) => one.is_default).length;
	if (defaults > form.max) return 'defaults';
	for (const one of form.modifiers) for (const effect of form.effects[one.id]?.list ?? []) if (!effectWhole(effect)) return 'effect';
	return null;
}

function effectWhole(effect: EffectForm): boolean {
	if (!/^[a-z][a-z0-9_]{0,31}$/.test(effect.slot)) return false;
	if (effect.kind === 'scale') return effect.numerator !== null && !!effect.denominator;
	return effect.ingredient_id !== '' && (effect.kind !== 'add' || !!effect.quantity);
}

export interface ComboForm {
	name: string;
	category_id: string;
	rank: number | null;
	prices: Prices;
	slots: { id: string; name: string; variation_ids: string[] }[];
	version: number;
}

export const comboForm = (combo: Combo | undefined, currencies: readonly string[]): ComboForm => ({
	name: combo?.name ?? '',
	category_id: combo?.category_id ?? '',
	rank: combo?.rank ?? 0,
	prices: pricesOf(combo?.prices, currencies),
	slots: combo?.slots.map((slot) => ({ id: slot.id ?? '', name: slot.name ?? '', variation_ids: [...(slot.variation_ids ?? [])] })) ?? [],
	version: combo?.version ?? 0
});

export type ComboFault = 'name' | 'category' | 'price' | 'slots';

export function comboFault(form: ComboForm): ComboFault | null {
	if (!form.name.trim()) return 'name';
	if (!form.category_id) return 'category';
	if (sentPrices(form.prices).length === 0) return 'price';
	if (form.slots.length === 0 || form.slots.some((slot) => !slot.name.trim() || slot.variation_ids.length === 0)) return 'slots';
	return null;
}

/** A café's exceptions by what they are about: "variation/<id>". */
export interface OverlayForm {
	entries: Record<string, { unavailable: boolean; price: number | null }>;
	version: number;
}

export function overlayForm(overlay: Schemas['Overlay']): OverlayForm {
	return {
		entries: Object.fromEntries(
			overlay.entries.map((one) => [`${one.kind}/${one.id}`, { unavailable: one.unavailable ?? false, price: one.price ? (one.price.amount ?? 0) : null }])
		),
		version: overlay.version
	};
}

export const sentOverlay = (form: OverlayForm, currency: string): Schemas['OverlayEntry'][] =>
	Object.entries(form.entries)
		.filter(([, one]) => one.unavailable || one.price !== null)
		.map(([key, one]) => {
			const [kind, id] = key.split('/') as ['item', string];
			return { kind, id, unavailable: one.unavailable, ...(one.price !== null && { price: { amount: one.price, currency } }) };
		});
