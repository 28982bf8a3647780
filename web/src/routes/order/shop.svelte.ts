// One café as a customer's phone sees it: what it sells, what is sold out, whether it takes orders now. Every page below
// /order/<café> shares it.
import { createQuery } from '$lib/query';
import { getContext, setContext } from 'svelte';
import { api, background, ok, type Schemas } from '$api/client';
import { clock } from '$lib/clock.svelte';
import { addLine, lineUnitPrice, unitsOf, type CartLine } from '$lib/menu/cart';
import { Catalogue, noneIsOut } from '$lib/menu/catalogue';
import { localMoment, type LocalMoment } from '$lib/menu/price';
import { doorOf, gateOf, type Door, type Gate } from './opening';
import { placingIn } from './placing.svelte';
import { basketOf, me, type PlaceBody } from './saved.svelte';
import { toRequest } from '$lib/menu/cart';

const key = Symbol('shop');

export const soldOutEvery = 3_000;
const ordersEvery = 10_000;
const cafeEvery = 60_000;
const menuEvery = 120_000;

/** Called while a component begins; its pages find it by `shopHere`. */
export function openShop(cafeId: () => string): Shop {
	// Made here and now: state that is born while something is derived is not followed by it.
	placingIn(cafeId());
	const path = () => ({ params: { path: { cafe_id: cafeId() } }, headers: background });
	const cafe = createQuery(() => ({
		queryKey: ['cafe', cafeId()],
		queryFn: () => ok(api.customer.GET('/api/v1/cafes/{id}', { params: { path: { id: cafeId() } }, headers: background })),
		refetchInterval: cafeEvery
	}));
	const menu = createQuery(() => ({
		queryKey: ['menu', cafeId()],
		queryFn: () => ok(api.customer.GET('/api/v1/cafes/{cafe_id}/menu', path())),
		refetchInterval: menuEvery
	}));
	const availability = createQuery(() => ({
		queryKey: ['availability', cafeId()],
		queryFn: () => ok(api.customer.GET('/api/v1/cafes/{cafe_id}/availability', path())),
		// Without its time, an answer that says the same is the same, and nothing is drawn again.
		select: ({ at: _, ...rest }: Schemas['Availability']) => noneIsOut(rest),
		refetchInterval: soldOutEvery,
		retry: false
	}));
	const orders = createQuery(() => ({
		queryKey: ['phone-orders', cafeId()],
		queryFn: () => ok(api.customer.GET('/api/v1/cafes/{cafe_id}/phone-orders', path())),
		refetchInterval: ordersEvery,
		retry: false
	}));
	const allergens = createQuery(() => ({
		queryKey: ['allergens', cafeId()],
		queryFn: () => ok(api.customer.GET('/api/v1/cafes/{cafe_id}/allergens', path())),
		staleTime: 600_000,
		retry: false
	}));
	return setContext(key, new Shop(cafeId, { cafe, menu, availability, orders, allergens }));
}

export const shopHere = () => getContext<Shop>(key);

interface Answer<T> {
	data: T | undefined;
	error: unknown;
	refetch: () => unknown;
}

interface Answers {
	cafe: Answer<Schemas['Cafe']>;
	menu: Answer<Schemas['Menu']>;
	availability: Answer<Omit<Schemas['Availability'], 'at'>>;
	orders: Answer<Schemas['PhoneOrders']>;
	allergens: Answer<Schemas['Allergens']>;
}

export class Shop {
	readonly catalogue: Catalogue | null = $derived.by(() =>
		this.answers.menu.data ? new Catalogue(this.answers.menu.data, this.answers.availability.data) : null
	);
	readonly zone: string = $derived.by(() => this.answers.cafe.data?.time_zone ?? 'UTC');
	readonly door: Door = $derived.by(() => doorOf(this.answers.cafe.data?.opening, clock.now, this.zone));
	readonly gate: Gate = $derived.by(() => gateOf(this.answers.orders.data, clock.now));
	/** The café's wall clock, by the minute: prices go by it. */
	private readonly minute: number = $derived.by(() => Math.floor(clock.now / 60_000));
	readonly moment: LocalMoment = $derived.by(() => localMoment(this.minute * 60_000, this.zone));
	readonly units: number = $derived.by(() => unitsOf(this.basket.cart));

	constructor(
		private readonly cafeId: () => string,
		readonly answers: Answers
	) {}

	get id(): string {
		return this.cafeId();
	}

	get cafe(): Schemas['Cafe'] | undefined {
		return this.answers.cafe.data;
	}

	get orders(): Schemas['PhoneOrders'] | undefined {
		return this.answers.orders.data;
	}

	get allergens(): Schemas['Allergens'] | undefined {
		return this.answers.allergens.data;
	}

	get kept() {
		return basketOf(this.id);
	}

	get basket() {
		return this.kept.value;
	}

	get service(): 'eat_in' | 'take_away' {
		return this.basket.cart.service || (this.cafe?.default_service === 'eat_in' ? 'eat_in' : 'take_away');
	}

	/** The price of one unit of a line by the menu in hand. */
	price(line: CartLine): number {
		return this.catalogue ? lineUnitPrice(this.catalogue, line, this.moment) : 0;
	}

	add(line: Omit<CartLine, 'key'>): string {
		const { cart, seen } = this.basket;
		if (cart.lines.length === 0) cart.openedAt = Date.now();
		const added = addLine(cart, line);
		seen[added] = this.price({ ...line, key: added });
		this.kept.save();
		return added;
	}

	/** Puts another line in the place of one. */
	change(key: string, line: Omit<CartLine, 'key'>): void {
		const { cart, seen } = this.basket;
		const at = cart.lines.findIndex((other) => other.key === key);
		if (at < 0) return;
		cart.lines[at] = { ...line, key };
		seen[key] = this.price(cart.lines[at]!);
		this.kept.save();
	}

	/** The cart as the server takes it; the same content as long as the customer changes nothing. */
	request(): PlaceBody {
		const { id: _, ...body } = toRequest({
			...this.basket.cart,
			release: this.catalogue?.release ?? 0,
			service: this.service,
			name: me.value.name.trim()
		});
		return {
			...body,
			...(this.basket.pickupAt ? { pickup_at: this.basket.pickupAt } : {}),
			hide_name: me.value.hideName
		};
	}

	/** Asks for everything that may have changed, after the server has refused something. */
	refresh(): void {
		for (const answer of [this.answers.menu, this.answers.availability, this.answers.orders, this.answers.cafe]) void answer.refetch();
	}
}
