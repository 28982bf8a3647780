// What the counter knows of its café: the menu, what is sold out and until when, what sells. Looked at again while
// somebody looks at the screen; nothing here is asked for by a person, so nobody is kept signed in by it.
import { api, asProblem, background, ok, type Problem, type Schemas } from '$api/client';
import { businessDate } from '$lib/day';
import { Catalogue } from '$lib/menu/catalogue';
import type { Item } from '$lib/menu/catalogue';

const availabilityEvery = 2_000;
const ordersEvery = 6_000;
const menuEvery = 60_000;

export class Shop {
	cafe = $state.raw<Schemas['Cafe'] | null>(null);
	menu = $state.raw<Schemas['Menu'] | null>(null);
	soldOut = $state.raw<Schemas['SoldOut'][]>([]);
	/** How many of the day's orders want something of the counter: money, or a word because the bar cannot make it. */
	needing = $state(0);
	problem = $state.raw<Problem | null>(null);
	private availability = $state.raw<Schemas['Availability'] | undefined>(undefined);
	private best = $state.raw<Schemas['BestSeller'][]>([]);
	private known = '';
	private stopped = true;

	readonly catalogue = $derived(this.menu ? new Catalogue(this.menu, this.availability) : null);
	/** Best sellers first, then the menu in its own order: on a café's first day one sale must not hide all the rest. */
	readonly bestItems: Item[] = $derived.by(() => {
		if (!this.catalogue) return [];
		const found = this.best.map((row) => this.catalogue!.item(row.item_id)).filter((item) => item !== undefined);
		return [...found, ...this.catalogue.items.filter((item) => !found.includes(item))].slice(0, 20);
	});
	private readonly until = $derived(Object.fromEntries(this.soldOut.map((row) => [row.id, row.until ?? ''])));

	constructor(readonly cafeId: string) {}

	private get path() {
		return { params: { path: { cafe_id: this.cafeId } }, headers: background };
	}

	/** Until when it is 86'd; undefined: not by itself. */
	outUntil(id: string): string | undefined {
		return this.until[id];
	}

	/** The modifiers people ask for most with an item, of those it takes; else the first ones that are no default. */
	asked(item: Item): string[] {
		const takes = this.catalogue?.groupsOf(item).flatMap((group) => group.modifiers) ?? [];
		const most = (this.best.find((row) => row.item_id === item.id)?.modifier_ids ?? []).filter((id) => takes.some((m) => m.id === id));
		const firsts = (this.catalogue?.groupsOf(item) ?? []).map((group) => group.modifiers.find((m) => !m.is_default)?.id ?? '');
		const all = [...most, ...firsts, ...takes.filter((m) => !m.is_default).map((m) => m.id)];
		return all.filter((id, i) => id && all.indexOf(id) === i).slice(0, 2);
	}

	async load(): Promise<void> {
		try {
			const [cafe, menu] = await Promise.all([
				ok(api.device.GET('/api/v1/cafes/{id}', { params: { path: { id: this.cafeId } }, headers: background })),
				ok(api.device.GET('/api/v1/cafes/{cafe_id}/menu', this.path))
			]);
			this.cafe = cafe;
			this.menu = menu;
			this.problem = null;
		} catch (thrown) {
			this.problem = asProblem(thrown);
			return;
		}
		await Promise.all([this.lookAtAvailability(), this.lookAtBest(), this.lookAtOrders()]);
	}

	/** Looks again every now and then, for as long as the returned function was not called. */
	follow(): () => void {
		this.stopped = false;
		let menuAt = Date.now();
		let ordersAt = menuAt;
		let timer: ReturnType<typeof setTimeout>;
		const look = async () => {
			if (this.stopped) return;
			if (document.visibilityState === 'visible' && this.menu) {
				await this.lookAtAvailability();
				if (Date.now() - ordersAt > ordersEvery) {
					ordersAt = Date.now();
					await this.lookAtOrders();
				}
				if (Date.now() - menuAt > menuEvery) {
					menuAt = Date.now();
					await this.lookAtMenu();
				}
			}
			if (!this.stopped) timer = setTimeout(look, availabilityEvery);
		};
		timer = setTimeout(look, availabilityEvery);
		const shown = () => document.visibilityState === 'visible' && void this.lookAtAvailability();
		document.addEventListener('visibilitychange', shown);
		return () => {
			this.stopped = true;
			clearTimeout(timer);
			document.removeEventListener('visibilitychange', shown);
		};
	}

	/** After an 86 of our own: at once. */
	async lookAtAvailability(): Promise<void> {
		try {
			const { at: _at, ...now } = await ok(api.device.GET('/api/v1/cafes/{cafe_id}/availability', this.path));
			const text = JSON.stringify(now);
			if (text === this.known) return;
			this.soldOut = (await ok(api.device.GET('/api/v1/cafes/{cafe_id}/sold-out', this.path))).sold_out;
			this.known = text;
			this.availability = now;
		} catch {
			// What was known stays; the next look is soon, and the header says that nobody answers.
		}
	}

	async lookAtOrders(): Promise<void> {
		if (!this.cafe) return;
		const { params, headers } = this.path;
		const today = businessDate(Date.now(), this.cafe.time_zone, this.cafe.cutoff_minutes);
		try {
			const [unpaid, board] = await Promise.all([
				ok(api.device.GET('/api/v1/cafes/{cafe_id}/orders', { params: { ...params, query: { business_date: today, due_only: true, limit: 200 } }, headers })),
				ok(api.device.GET('/api/v1/cafes/{cafe_id}/board', { params, headers }))
			]);
			const due = unpaid.orders.map((order) => order.id);
			const stuck = board.tickets.filter((ticket) => !due.includes(ticket.order_id) && ticket.lines.some((line) => line.problem));
			this.needing = due.length + stuck.length;
		} catch {
			// The next look is soon.
		}
	}

	async lookAtMenu(): Promise<void> {
		try {
			const menu = await ok(api.device.GET('/api/v1/cafes/{cafe_id}/menu', this.path));
			if (JSON.stringify(menu) !== JSON.stringify(this.menu)) this.menu = menu;
		} catch {
			// The next look is soon.
		}
	}

	private async lookAtBest(): Promise<void> {
		try {
			this.best = (await ok(api.device.GET('/api/v1/cafes/{cafe_id}/best-sellers', this.path))).items;
		} catch {
			this.best = [];
		}
	}
}
