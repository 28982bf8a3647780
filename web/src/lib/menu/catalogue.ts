// One release of the menu as one café sells it, ready to be asked: what there is, what is sold out, what goes with what.
import type { Schemas } from '$api/client';

export type Menu = Schemas['Menu'];
export type Item = Schemas['MenuItem'];
export type Variation = Schemas['MenuVariation'];
export type Group = Schemas['MenuModifierGroup'];
export type Modifier = Schemas['MenuModifier'];
export type Category = Schemas['MenuCategory'];
export type Combo = Schemas['MenuCombo'];
/** What cannot be sold, and of what there are only a few. Before an answer of a newer server nobody knew of the latter. */
export type Availability = Pick<Schemas['Availability'], 'item_ids' | 'variation_ids' | 'modifier_ids'> & Partial<Pick<Schemas['Availability'], 'ingredient_ids' | 'few_left'>>;

/** As a phone takes it: where nothing is left the server refuses, so that is sold out. A counter may say *It is here*. */
export function noneIsOut<T extends Availability>(availability: T): T {
	const none = (availability.few_left ?? []).filter((row) => row.left === 0).map((row) => row.variation_id);
	return { ...availability, variation_ids: [...availability.variation_ids, ...none] };
}

export interface Sized {
	item: Item;
	variation: Variation;
}

const byRank = (a: { rank: number; name: string }, b: { rank: number; name: string }) =>
	a.rank - b.rank || a.name.localeCompare(b.name);

/** Letters as a person in a hurry types them: no case, no accents. */
export const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

export class Catalogue {
	readonly categories: Category[];
	readonly items: Item[];
	readonly combos: Combo[];
	private readonly variations = new Map<string, Sized>();
	private readonly groups = new Map<string, Group>();
	private readonly modifiers = new Map<string, { modifier: Modifier; group: Group }>();
	private readonly out: Set<string>;
	private readonly few: Map<string, number>;

	constructor(
		readonly menu: Menu,
		availability?: Availability
	) {
		this.out = new Set([
			...(availability?.item_ids ?? []),
			...(availability?.variation_ids ?? []),
			...(availability?.modifier_ids ?? [])
		]);
		this.few = new Map(availability?.few_left?.map((row) => [row.variation_id, row.left]));
		// No price in the café's currency: not sold here.
		this.items = menu.items.filter((item) => item.variations.some((v) => v.price)).sort(byRank);
		this.combos = menu.combos.filter((combo) => combo.price).sort(byRank);
		for (const item of this.items) {
			for (const variation of item.variations) if (variation.price) this.variations.set(variation.id, { item, variation });
		}
		for (const group of menu.modifier_groups) {
			this.groups.set(group.id, group);
			for (const modifier of group.modifiers) this.modifiers.set(modifier.id, { modifier, group });
		}
		const filled = new Set([...this.items, ...this.combos].map((thing) => thing.category_id));
		this.categories = menu.categories.filter((category) => filled.has(category.id)).sort(byRank);
	}

	get currency(): string {
		return this.menu.currency;
	}

	get release(): number {
		return this.menu.release;
	}

	item(id: string): Item | undefined {
		return this.items.find((item) => item.id === id);
	}

	itemsOf(categoryId: string): Item[] {
		return this.items.filter((item) => item.category_id === categoryId);
	}

	category(id: string): Category | undefined {
		return this.menu.categories.find((category) => category.id === id);
	}

	sized(variationId: string): Sized | undefined {
		return this.variations.get(variationId);
	}

	/** The sizes sold here, cheapest first as the menu has them. */
	sizes(item: Item): Variation[] {
		return item.variations.filter((v) => v.price);
	}

	/** The size that one tap gives: the middle one of three, else the first that can be had. */
	usualSize(item: Item): Variation {
		const sizes = this.sizes(item);
		const middle = sizes[Math.floor((sizes.length - 1) / 2)]!;
		return this.isOut(middle.id) ? (sizes.find((v) => !this.isOut(v.id)) ?? middle) : middle;
	}

	groupsOf(item: Item): Group[] {
		return item.modifier_group_ids.map((id) => this.groups.get(id)).filter((group) => group !== undefined);
	}

	modifier(id: string): Modifier | undefined {
		return this.modifiers.get(id)?.modifier;
	}

	/** Does everybody get it who does not say otherwise? */
	isUsual(modifierId: string): boolean {
		return this.modifier(modifierId)?.is_default ?? false;
	}

	/** Is it the only size its item is sold in? */
	isOnlySize(variationId: string): boolean {
		const sized = this.sized(variationId);
		return sized !== undefined && this.sizes(sized.item).length === 1;
	}

	/** 86'd by itself. */
	isOut(id: string): boolean {
		return this.out.has(id);
	}

	/** An item is out when it is 86'd, or every size of it is. */
	isItemOut(item: Item): boolean {
		return this.isOut(item.id) || this.sizes(item).every((v) => this.isOut(v.id));
	}

	/** How many there are, where that is few of every size: the most of one. */
	leftOf(item: Item): number | undefined {
		const left = this.sizes(item).map((v) => this.few.get(v.id));
		return left.every((n) => n !== undefined) ? Math.max(...left) : undefined;
	}

	/** Can one unit of this size be sold now? */
	canSell(variationId: string): boolean {
		const sized = this.sized(variationId);
		return sized !== undefined && !this.isOut(sized.item.id) && !this.isOut(variationId);
	}

	/** Combos whose name has every word. */
	searchCombos(query: string): Combo[] {
		const words = plain(query).split(/\s+/).filter(Boolean);
		return words.length === 0 ? [] : this.combos.filter((combo) => words.every((word) => plain(combo.name).includes(word)));
	}

	/** Items by words of their name or category, best match first: a name that begins so, a word that does, anywhere. */
	search(query: string): Item[] {
		const words = plain(query).split(/\s+/).filter(Boolean);
		if (words.length === 0) return [];
		const score = (item: Item): number => {
			const name = plain(item.name);
			const text = `${name} ${plain(this.category(item.category_id)?.name ?? '')}`;
			if (!words.every((word) => text.includes(word))) return 0;
			if (name.startsWith(words[0]!)) return 3;
			return name.split(/[\s-]/).some((part) => part.startsWith(words[0]!)) ? 2 : 1;
		};
		return this.items
			.map((item) => ({ item, score: score(item) }))
			.filter((found) => found.score > 0)
			.sort((a, b) => b.score - a.score)
			.map((found) => found.item);
	}
}
