// The parts of an item in words, for two editors whose changes met.
import type { Category, Group, ItemForm, Prices } from '$lib/catalogue/shapes';
import type { DraftLine } from '$lib/catalogue/recipe';
import { clockText } from '$lib/entry/entry';
import { money, quantity } from '$lib/format';
import type { Ingredient } from '$lib/stock/stock.svelte';
import { t, type Key } from '$lib/texts/index.svelte';

interface Names {
	categories: readonly Category[];
	groups: readonly Group[];
	ingredients: readonly Ingredient[];
}

const fields: Record<string, Key> = {
	name: 'edit.name', category_id: 'menu.category', description: 'menu.description', station: 'menu.station', tax_code: 'menu.tax_code', rank: 'menu.rank',
	drawing: 'menu.drawing', modifier_group_ids: 'menu.groups', variations: 'menu.sizes', price_windows: 'menu.windows', recipes: 'menu.recipe', bar_seconds: 'menu.bar_seconds',
	prices: 'menu.price', lines: 'menu.recipe'
};

export function pricesWords(prices: Prices): string {
	return Object.entries(prices).flatMap(([currency, minor]) => (minor === null ? [] : [money(minor, currency)])).join(', ') || t('common.none');
}

export function linesWords(lines: readonly DraftLine[], ingredients: readonly Ingredient[]): string {
	return (
		lines
			.map((line) => {
				const found = ingredients.find((one) => one.id === line.ingredient_id);
				return `${found?.name ?? '?'} ${quantity(line.quantity ?? 0, found?.unit ?? 'each')} (${line.slot})`;
			})
			.join('\n') || t('common.none')
	);
}

export function itemWords(mine: () => ItemForm, theirs: () => ItemForm | null, names: Names) {
	const sizeName = (id: string) => [...mine().variations, ...(theirs()?.variations ?? [])].find((one) => one.id === id)?.name ?? '';
	const isSize = (part: string) => sizeName(part) !== '';
	return {
		label(path: string[]): string {
			const [first = '', second = '', third = ''] = path;
			if (first === 'version' || (first === 'recipes' && third === 'version')) return '';
			const own = fields[first] ? t(fields[first]) : first;
			if (!second) return own;
			const size = isSize(second) ? `${sizeName(second)}: ` : '';
			const currency = path[3] ? ` (${path[3]})` : '';
			return `${size}${fields[third] ? t(fields[third]) : own}${currency}`;
		},
		say(path: string[], value: unknown): string {
			const first = path[0] ?? '';
			const last = path.at(-1) ?? '';
			if (value === null || value === undefined || value === '') return t('common.none');
			if (path.includes('prices')) return last === 'prices' ? pricesWords(value as Prices) : money(value as number, last);
			if (first === 'category_id') return names.categories.find((one) => one.id === value)?.name ?? '?';
			if (first === 'station') return t(`menu.station_${value as 'bar'}`);
			if (first === 'drawing') return t(`menu.drawing_${value as 'cup'}`);
			if (first === 'modifier_group_ids') return (value as string[]).map((id) => names.groups.find((one) => one.id === id)?.name ?? '?').join(', ') || t('common.none');
			if (first === 'recipes') {
				const lines = last === 'lines' ? (value as DraftLine[]) : ((value as { lines?: DraftLine[] }).lines ?? []);
				return linesWords(lines, names.ingredients);
			}
			if (first === 'variations' && Array.isArray(value)) return (value as ItemForm['variations']).map((one) => `${one.name}: ${pricesWords(one.prices)}`).join('\n');
			if (first === 'price_windows' && Array.isArray(value)) {
				return (value as ItemForm['price_windows']).map((one) => `${one.name}: ${clockText(one.from_minute ?? 0)}–${clockText(one.to_minute ?? 0)} ${pricesWords(one.prices)}`).join('\n') || t('common.none');
			}
			return String(value);
		}
	};
}
