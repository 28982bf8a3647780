// A cart of the counter: the shared cart, and what only a counter may say about it. Plain data; every change makes a new
// one, so that a screen can keep the one before for undo.
import { addLine, isPlain, lineUnitPrice, newCart, requestOf, toRequest, troubles, type Cart, type CartLine, type LineTrouble } from '$lib/menu/cart';
import type { Catalogue } from '$lib/menu/catalogue';
import type { LocalMoment } from '$lib/menu/price';
import type { Schemas } from '$api/client';
import type { TenderDraft } from '../pay/cash';

/** What a lead may give on a line, or on the whole order. */
export interface Favour {
	/** Free, still sold. Of lines only. */
	comp?: boolean;
	/** Share in basis points. */
	share?: number;
	/** Minor units. */
	amount?: number;
	reason?: string;
}

export interface TillCart extends Cart {
	/** Given when it is first paid for, and kept with it. */
	call: string;
	/** By key of the line; '' is the whole order. */
	favours: Record<string, Favour>;
	/** By key of the line: the unit price that somebody has been shown. */
	shown: Record<string, number>;
	/** Parts that were taken already. */
	tenders: TenderDraft[];
	/** When it was put aside, ms since 1970. */
	heldAt: number;
	/** Why the server sent it back, if it did. */
	refusal: string;
	/** Keys of the lines whose counted goods were short then. */
	short: string[];
}

export const newTillCart = (cafeId: string, release: number): TillCart => ({
	...newCart(cafeId, release), call: '', favours: {}, shown: {}, tenders: [], heldAt: 0, refusal: '', short: []
});

export const isEmpty = (cart: TillCart) => cart.lines.length === 0;

/** Nothing was said about the line: one more tap on its tile is one more of it. */
export const isPlainHere = (cart: TillCart, line: CartLine) => isPlain(line) && !favoured(cart.favours[line.key]);

/** A tap on a tile. Gives the key of the line that is now the one talked about. */
export function tapTile(cart: TillCart, variationId: string): string {
	const same = cart.lines.find((line) => line.variationId === variationId && isPlainHere(cart, line));
	if (!same || same.quantity >= 1000) return addLine(cart, { variationId, choices: [], quantity: 1, note: '' });
	same.quantity++;
	return same.key;
}

export const favoured = (favour: Favour | undefined) => !!favour && !!(favour.comp || favour.share || favour.amount);

/** Somebody with a lead's PIN has to agree, unless a lead does it. */
export const needsLead = (cart: TillCart) =>
	Object.entries(cart.favours).some(([key, favour]) => favoured(favour) && (key === '' || cart.lines.some((line) => line.key === key)));

const discountOf = (favour: Favour): Schemas['Discount'] => ({
	amount: favour.share ? 0 : (favour.amount ?? 0), basis_points: favour.share ?? 0, reason: favour.reason ?? ''
});

export type OrderBody = Omit<ReturnType<typeof toRequest>, 'id'>;

/** The cart as the order service takes it, without its id. */
export function bodyOf(cart: TillCart): OrderBody {
	const { id: _id, ...request } = toRequest(cart);
	const whole = cart.favours[''];
	return {
		...request,
		lines: (request.lines ?? []).map((line, i) => {
			const favour = cart.favours[cart.lines[i]!.key];
			if (!favoured(favour)) return line;
			return favour!.comp ? { ...line, comp: true } : { ...line, discount: discountOf(favour!) };
		}),
		...(favoured(whole) ? { discount: discountOf(whole!) } : {}),
		...(cart.call ? { call_number: cart.call } : {})
	};
}

/** Lines of a quote by line of the cart: a combo has one for each of its parts. */
export function quotedLines(cart: TillCart, order: Schemas['Order']): Record<string, Schemas['OrderLine'][]> {
	const found: Record<string, Schemas['OrderLine'][]> = {};
	let at = 0;
	for (const line of cart.lines) {
		const n = line.combo ? line.combo.parts.length : 1;
		found[line.key] = order.lines.slice(at, at + n);
		at += n;
	}
	return found;
}

/** The unit price of each line as it is now: the server's where it has answered for this cart, else the menu's. */
export function unitPrices(catalogue: Catalogue, cart: TillCart, quote: Schemas['Order'] | null, now: LocalMoment): Record<string, number> {
	const quoted = quote ? quotedLines(cart, quote) : {};
	return Object.fromEntries(
		cart.lines.map((line) => {
			const lines = quoted[line.key] ?? [];
			const unit = lines.length > 0 ? Math.round(lines.reduce((sum, l) => sum + l.gross, 0) / line.quantity) : lineUnitPrice(catalogue, line, now);
			return [line.key, unit];
		})
	);
}

/** Lines whose price is not the one that was shown: old → new. */
export function repriced(cart: TillCart, prices: Record<string, number>): Record<string, number> {
	const found: Record<string, number> = {};
	for (const line of cart.lines) {
		const before = cart.shown[line.key];
		if (before !== undefined && before !== prices[line.key]) found[line.key] = before;
	}
	return found;
}

/** The lines that a refusal for short stock named ("lines[2]"), by key. */
export function shortLines(cart: Cart, fields: readonly string[]): string[] {
	const owner = requestOf(cart);
	const at = fields.map((field) => Number(/^lines\[(\d+)\]/.exec(field)?.[1] ?? -1));
	return [...new Set(at.map((n) => cart.lines[owner[n] ?? -1]?.key).filter((key) => key !== undefined))];
}

/** What keeps it from being paid; a line that was said to be here is not sold out for us. */
export const hindrances = (catalogue: Catalogue, cart: TillCart): LineTrouble[] => troubles(catalogue, cart);

/** What stored data must look like to be a cart of this café; older versions get what they lack. */
export function revive(stored: unknown, cafeId: string): TillCart | null {
	const cart = stored as Partial<TillCart> | null;
	if (!cart || typeof cart !== 'object' || typeof cart.id !== 'string' || !Array.isArray(cart.lines) || cart.cafeId !== cafeId) return null;
	return { ...newTillCart(cafeId, 0), ...cart } as TillCart;
}
