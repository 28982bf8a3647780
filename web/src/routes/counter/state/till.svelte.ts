// One device at one café: the cart that is open, the ones put aside, the numbers it gives, what it has sent. All of it is
// kept on this device, by device, so that a change of person, a reload or a lost network changes none of it.
import { api, background, ok, type Schemas } from '$api/client';
import { clock } from '$lib/clock.svelte';
import { businessDate } from '$lib/day';
import { Kept } from '$lib/kept.svelte';
import { addLine, removeLine, splitOne, subtotal, unitsOf, type CartLine } from '$lib/menu/cart';
import { localMoment } from '$lib/menu/price';
import { taxRows, type TaxRow } from '$lib/menu/tax';
import { changeOf, type TenderDraft } from '../pay/cash';
import {
	bodyOf, isEmpty, needsLead, newTillCart, hindrances, quotedLines, repriced, revive, shortLines, tapTile, unitPrices, type Favour, type TillCart
} from './cart';
import { callNumber, countOf, learn, next, type Count } from './numbers';
import { Outbox, type Sent } from './outbox.svelte';
import { PersonAtWork } from './person.svelte';
import { Quoting } from './quoting.svelte';
import { Shop } from './shop.svelte';

interface Removed {
	line: CartLine;
	at: number;
	favour?: Favour;
	/** Of the cart it came from. */
	cart: string;
	until: number;
}

const undoFor = 5_000;

export class Till {
	readonly shop: Shop;
	readonly quoting = new Quoting();
	readonly outbox: Outbox;
	/** What was done last with an order of the day, for whoever does it: money to give back, a number that is paid. */
	said = $state('');
	/** The line that is talked about. */
	selected = $state('');
	private readonly cartKept: Kept<TillCart>;
	private readonly heldKept: Kept<TillCart[]>;
	private readonly countKept: Kept<Count>;
	private removedLine = $state.raw<Removed | null>(null);

	constructor(
		readonly people: PersonAtWork,
		readonly cafeId: string,
		readonly device: { id: string; name: string; letter: string }
	) {
		const name = (what: string) => `counter.${device.id}.${what}`;
		this.shop = new Shop(cafeId);
		this.cartKept = new Kept(name('cart'), newTillCart(cafeId, 0), (stored) => revive(stored, cafeId));
		this.heldKept = new Kept<TillCart[]>(name('held'), [], (stored) =>
			Array.isArray(stored) ? stored.map((cart) => revive(cart, cafeId)).filter((cart) => cart !== null) : null
		);
		this.countKept = new Kept<Count>(name('count'), { date: '', last: 0 });
		this.outbox = new Outbox(name('outbox'), people, (sent) => this.cameBack(sent), () => {});
	}

	get cart(): TillCart {
		return this.cartKept.value;
	}
	get held(): TillCart[] {
		return this.heldKept.value;
	}
	get catalogue() {
		return this.shop.catalogue;
	}

	readonly units = $derived.by(() => unitsOf(this.cart));
	readonly empty = $derived.by(() => isEmpty(this.cart));
	/** The minute at the café: price windows turn on it. */
	private readonly minute = $derived.by(() => Math.floor(clock.now / 60_000));
	readonly moment = $derived.by(() => localMoment(this.minute * 60_000, this.shop.cafe?.time_zone ?? 'UTC'));
	readonly content = $derived.by(() => JSON.stringify(this.quoteBody()));
	readonly answer = $derived.by(() => (this.empty ? null : this.quoting.of(this.content)));
	readonly quote = $derived.by(() => this.answer?.order ?? null);
	readonly prices = $derived.by(() => (this.catalogue ? unitPrices(this.catalogue, this.cart, this.quote, this.moment) : {}));
	readonly repriced = $derived.by(() => repriced(this.cart, this.prices));
	readonly troubles = $derived.by(() => (this.catalogue ? hindrances(this.catalogue, this.cart) : []));
	/** Is tax added to the prices of this café? */
	readonly taxAdded = $derived.by(() => this.shop.cafe?.tax?.mode === 'exclusive');
	/** The server's taxes, else what the menu and the café's rates say: the rows are there at once, and nothing moves away. */
	readonly taxes = $derived.by((): TaxRow[] => {
		if (this.quote) return this.quote.taxes.filter((tax) => tax.rate > 0);
		const profile = this.shop.cafe?.tax;
		return profile && this.catalogue ? taxRows(this.catalogue, this.cart, profile, this.service, this.moment) : [];
	});
	/** What to show: the server's total, else what the menu and the café's rates say. */
	readonly total = $derived.by(() => {
		if (this.quote || !this.catalogue) return this.quote?.total ?? 0;
		const added = this.taxAdded ? this.taxes.reduce((sum, row) => sum + row.tax, 0) : 0;
		return subtotal(this.catalogue, this.cart, this.moment) + added;
	});
	readonly needsLead = $derived.by(() => needsLead(this.cart) && !this.people.isLead);
	readonly service = $derived.by(() => this.cart.service || this.shop.cafe?.default_service || 'take_away');
	readonly today = $derived.by(() => {
		const cafe = this.shop.cafe;
		return cafe ? businessDate(this.minute * 60_000, cafe.time_zone, cafe.cutoff_minutes) : '';
	});
	/** "A-041": what the open cart will be called. */
	readonly nextCall = $derived.by(() => this.cart.call || callNumber(this.device.letter, next(this.countKept.value, this.today).last));
	readonly removed = $derived.by(() => {
		const r = this.removedLine;
		return r && r.cart === this.cart.id && clock.now < r.until ? { ...r, seconds: Math.ceil((r.until - clock.now) / 1000) } : null;
	});

	private quoteBody() {
		const { call_number: _call, customer_name: _name, note: _note, table: _table, ...body } = bodyOf({ ...this.cart, call: '' });
		return body;
	}

	/** Changes the open cart; the price of a line that somebody has just touched counts as shown. */
	edit(change: (cart: TillCart) => string | void): void {
		const cart = $state.snapshot(this.cartKept.value) as TillCart;
		const fresh = cart.lines.length === 0;
		const key = change(cart);
		if (fresh && cart.lines.length > 0) {
			cart.release = this.catalogue?.release ?? 0;
			cart.openedAt = Date.now();
		}
		cart.refusal = '';
		if (this.catalogue) {
			const now = unitPrices(this.catalogue, cart, null, this.moment);
			for (const line of cart.lines) if (cart.shown[line.key] === undefined || line.key === key) cart.shown[line.key] = now[line.key]!;
		}
		this.cartKept.value = cart;
		if (key !== undefined) this.selected = key;
	}

	tap(variationId: string): void {
		this.edit((cart) => tapTile(cart, variationId));
	}
	add(line: Omit<CartLine, 'key'>): void {
		this.edit((cart) => addLine(cart, line));
	}
	change(key: string, change: (line: CartLine) => void): void {
		this.edit((cart) => {
			const line = cart.lines.find((one) => one.key === key);
			if (line) change(line);
			return key;
		});
	}
	split(key: string): string {
		let one = key;
		this.edit((cart) => {
			one = splitOne(cart, key);
			if (cart.favours[key]) cart.favours[one] = { ...cart.favours[key] };
			return one;
		});
		return one;
	}
	remove(key: string): void {
		this.edit((cart) => {
			const gone = removeLine(cart, key);
			if (gone) this.removedLine = { ...gone, favour: cart.favours[key], cart: cart.id, until: Date.now() + undoFor };
			delete cart.favours[key];
		});
		if (this.selected === key) this.selected = '';
	}
	undo(): void {
		const removed = this.removed;
		if (!removed) return;
		this.removedLine = null;
		this.edit((cart) => {
			cart.lines.splice(Math.min(removed.at, cart.lines.length), 0, removed.line);
			if (removed.favour) cart.favours[removed.line.key] = removed.favour;
			return removed.line.key;
		});
	}
	setQuantity(key: string, quantity: number): void {
		if (quantity < 1) return this.remove(key);
		this.change(key, (line) => (line.quantity = Math.min(quantity, 1000)));
	}

	/** The prices on the screen have been seen: what was new is now what it costs. */
	seen(): void {
		const prices = this.prices;
		this.edit((cart) => void (cart.shown = { ...cart.shown, ...prices }));
	}

	/** Puts the open cart aside and begins another. */
	hold(): void {
		if (this.empty) return;
		this.heldKept.value = [...this.held, { ...($state.snapshot(this.cart) as TillCart), heldAt: Date.now() }];
		this.begin();
	}
	/** Fetches a held cart; the open one, if there is anything in it, takes its place. */
	recall(id: string): void {
		const cart = this.held.find((one) => one.id === id);
		if (!cart) return;
		const others = this.held.filter((one) => one.id !== id);
		this.heldKept.value = this.empty ? others : [...others, { ...($state.snapshot(this.cart) as TillCart), heldAt: Date.now() }];
		this.cartKept.value = { ...($state.snapshot(cart) as TillCart), heldAt: 0 };
		this.selected = '';
	}
	/** Throws a held cart away; gives what brings it back. */
	discard(id: string): () => void {
		const before = $state.snapshot(this.held) as TillCart[];
		this.heldKept.value = this.held.filter((cart) => cart.id !== id);
		return () => (this.heldKept.value = before);
	}
	begin(): void {
		this.quoting.stop();
		this.cartKept.value = newTillCart(this.cafeId, this.catalogue?.release ?? 0);
		this.selected = '';
		this.removedLine = null;
	}

	/** The number of the open cart: given now, and kept with it whatever becomes of it. */
	takeNumber(): string {
		if (!this.cart.call && this.device.letter) {
			const count = next($state.snapshot(this.countKept.value) as Count, this.today);
			this.countKept.value = count;
			this.edit((cart) => void (cart.call = callNumber(this.device.letter, count.last)));
		}
		return this.cart.call;
	}

	/** Sends the open cart and begins the next one. The screen has the server's total, and asked for an approval if one is needed. */
	place(tenders: TenderDraft[], approval: string): void {
		const quote = this.quote;
		if (!quote) return;
		this.takeNumber();
		const cart = $state.snapshot(this.cart) as TillCart;
		const body = {
			...bodyOf(cart),
			tenders: tenders.map(({ id, kind, amount, tendered, tip, reference }) => ({ id, kind, amount, tendered, tip, reference, drawer: '' })),
			expected_total: quote.total
		};
		this.outbox.add({ id: cart.id, call: cart.call, body, cart: { ...cart, tenders }, change: changeOf(tenders) }, approval);
		this.begin();
	}

	/** Brings a refused cart back to the screen. */
	reopen(sent: Sent): void {
		const cart = { ...($state.snapshot(sent.cart) as TillCart), refusal: sent.code ?? '', short: sent.code === 'out_of_stock' ? shortLines(sent.cart, sent.fields ?? []) : [] };
		if (sent.code === 'order_cancelled') cart.id = newTillCart(this.cafeId, 0).id;
		if (sent.code === 'release_expired' || sent.code === 'release_unknown') cart.release = this.catalogue?.release ?? 0;
		if (!this.empty) this.hold();
		this.cartKept.value = cart;
		this.outbox.drop(sent.id);
		this.quoting.again();
	}

	private cameBack(sent: Sent): void {
		void this.shop.lookAtAvailability();
		void this.shop.lookAtMenu();
		// Nobody is served yet: it is simply back. Else it waits in the header, and the next guest is not thrown out.
		if (this.empty) this.reopen(sent);
	}

	/** What this device has called out today, from the books: its own memory may have been wiped. */
	async learnNumbers(): Promise<void> {
		const date = this.today;
		if (!date || !this.device.letter) return;
		try {
			let cursor = '';
			let found = 0;
			for (let page = 0; page < 10 && found === 0; page++) {
				const answer: Schemas['ListOrdersResponse'] = await ok(
					api.device.GET('/api/v1/cafes/{cafe_id}/orders', {
						params: { path: { cafe_id: this.cafeId }, query: { business_date: date, source: 'counter', limit: 200, ...(cursor ? { cursor } : {}) } },
						headers: background
					})
				);
				found = Math.max(0, ...answer.orders.map((order) => (order.device_id === this.device.id ? countOf(order.call_number, this.device.letter) : 0)));
				cursor = answer.next_cursor;
				if (!cursor) break;
			}
			this.countKept.value = learn($state.snapshot(this.countKept.value) as Count, date, found);
		} catch {
			// Its own count goes on.
		}
	}

	/** What of the quote belongs to a line of the cart. */
	readonly byLine = $derived.by(() => (this.quote ? quotedLines(this.cart, this.quote) : {}));
}
