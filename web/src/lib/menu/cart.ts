// A cart on a phone or at a counter: plain data that survives in storage. Its id is the order's id from the first tap,
// kept across tries, tabs and restarts, so that an order can never be placed twice.
import type { Schemas } from '$api/client';
import { newId } from '../ids';
import type { Catalogue } from './catalogue';
import { chosenIn, modifiersPrice, openQuestions, unitPrice, type Choice, type LocalMoment } from './price';

export interface ComboPart {
	slotId: string;
	variationId: string;
	choices: Choice[];
}

export interface CartLine {
	/** Of the line on this screen only. */
	key: string;
	/** Empty for a combo. */
	variationId: string;
	choices: Choice[];
	quantity: number;
	note: string;
	combo?: { comboId: string; parts: ComboPart[] };
	/** "It is here": counted goods that the books say are gone. */
	present?: boolean;
}

export interface Cart {
	/** The order's id. */
	id: string;
	cafeId: string;
	/** The release it was opened under; its prices hold for a while. */
	release: number;
	/** "" is the café's default. */
	service: '' | 'eat_in' | 'take_away';
	lines: CartLine[];
	name: string;
	note: string;
	table: string;
	/** When it was begun, ms since 1970. */
	openedAt: number;
}

export function newCart(cafeId: string, release: number, now = Date.now()): Cart {
	return { id: newId(now), cafeId, release, service: '', lines: [], name: '', note: '', table: '', openedAt: now };
}

/** A line is plain when nothing was said about it: only such a line takes another tap as "one more". */
export const isPlain = (line: CartLine) => !line.combo && line.choices.length === 0 && line.note === '' && !line.present;

/** One tap on a tile: raises the plain line of that size, or begins one. Gives the key of the line. */
export function addPlain(cart: Cart, variationId: string): string {
	const same = cart.lines.find((line) => line.variationId === variationId && isPlain(line));
	if (same && same.quantity < 1000) {
		same.quantity++;
		return same.key;
	}
	return addLine(cart, { variationId, choices: [], quantity: 1, note: '' });
}

export function addLine(cart: Cart, line: Omit<CartLine, 'key'>): string {
	const key = newId();
	cart.lines.push({ ...line, key });
	return key;
}

/** "Change one of 3": takes one unit off a line and gives it a line of its own. */
export function splitOne(cart: Cart, key: string): string {
	const at = cart.lines.findIndex((line) => line.key === key);
	const line = cart.lines[at];
	if (!line || line.quantity < 2) return key;
	line.quantity--;
	const one = { ...structuredClone(line), key: newId(), quantity: 1 };
	cart.lines.splice(at + 1, 0, one);
	return one.key;
}

export function removeLine(cart: Cart, key: string): { line: CartLine; at: number } | null {
	const at = cart.lines.findIndex((line) => line.key === key);
	if (at < 0) return null;
	const [line] = cart.lines.splice(at, 1);
	return { line: line!, at };
}

export const unitsOf = (cart: Cart) => cart.lines.reduce((n, line) => n + line.quantity, 0);

/** What one unit of a line costs by the menu in hand, minor units. A combo is its price and what its modifiers add. */
export function lineUnitPrice(catalogue: Catalogue, line: CartLine, now: LocalMoment): number {
	if (!line.combo) return unitPrice(catalogue, line.variationId, line.choices, now);
	const combo = catalogue.combos.find((c) => c.id === line.combo!.comboId);
	return line.combo.parts.reduce(
		(sum, part) => sum + modifiersPrice(catalogue, part.variationId, part.choices),
		combo?.price?.amount ?? 0
	);
}

/** Σ of the lines by the menu in hand: what the screen shows until the server has answered. */
export function subtotal(catalogue: Catalogue, cart: Cart, now: LocalMoment): number {
	return cart.lines.reduce((sum, line) => sum + line.quantity * lineUnitPrice(catalogue, line, now), 0);
}

export interface LineTrouble {
	key: string;
	/** gone: not on this menu any more; out: 86'd; modifier_out; choose: a required group is unanswered; too_many. */
	kind: 'gone' | 'out' | 'modifier_out' | 'choose' | 'too_many';
	/** The group or modifier concerned, by name. */
	name: string;
}

/** What keeps a cart from being placed, as far as this screen can know. */
export function troubles(catalogue: Catalogue, cart: Cart): LineTrouble[] {
	const found: LineTrouble[] = [];
	for (const line of cart.lines) {
		const parts = line.combo ? line.combo.parts : [{ variationId: line.variationId, choices: line.choices }];
		if (line.combo && !catalogue.combos.some((c) => c.id === line.combo!.comboId)) {
			found.push({ key: line.key, kind: 'gone', name: '' });
		}
		for (const part of parts) {
			const sized = catalogue.sized(part.variationId);
			if (!sized) {
				found.push({ key: line.key, kind: 'gone', name: '' });
				continue;
			}
			if (!catalogue.canSell(part.variationId)) found.push({ key: line.key, kind: 'out', name: sized.item.name });
			// Chosen by hand or by default alike: a default that is sold out wants another choice.
			const groups = catalogue.groupsOf(sized.item);
			const known = groups.flatMap((group) => chosenIn(group, part.choices));
			const unknown = part.choices.filter((choice) => !groups.some((g) => g.modifiers.some((m) => m.id === choice.id)));
			for (const choice of [...unknown, ...known.filter(({ id }) => catalogue.isOut(id))]) {
				found.push({ key: line.key, kind: 'modifier_out', name: catalogue.modifier(choice.id)?.name ?? '' });
			}
			const questions = openQuestions(catalogue, part.variationId, part.choices);
			for (const group of questions.missing) found.push({ key: line.key, kind: 'choose', name: group.name });
			for (const group of questions.over) found.push({ key: line.key, kind: 'too_many', name: group.name });
		}
	}
	return found;
}

/** The cart as the order service takes it, for a quote and for placing alike. */
export function toRequest(cart: Cart): Schemas['PlaceOrderRequest'] & { id: string } {
	const modifiers = (choices: Choice[]) => choices.map(({ id, quantity }) => ({ modifier_id: id, quantity }));
	return {
		id: cart.id,
		cafe_id: cart.cafeId,
		release: cart.release,
		service: cart.service,
		lines: cart.lines.map((line) => ({
			...(line.combo
				? {
						combo: {
							combo_id: line.combo.comboId,
							parts: line.combo.parts.map((part) => ({
								slot_id: part.slotId, variation_id: part.variationId, modifiers: modifiers(part.choices)
							}))
						}
					}
				: { variation_id: line.variationId, modifiers: modifiers(line.choices) }),
			quantity: line.quantity,
			note: line.note,
			...(line.present ? { present: true } : {})
		})),
		customer_name: cart.name,
		note: cart.note,
		table: cart.table
	};
}

/** Of each line of a quote, which line of the cart it belongs to: the parts of a combo follow one another. */
export function requestOf(cart: Cart): number[] {
	return cart.lines.flatMap((line, i) => Array<number>(line.combo ? line.combo.parts.length : 1).fill(i));
}
