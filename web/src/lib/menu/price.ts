// What the screen shows before the server has priced the cart: the same rules as service/order/price, for showing only.
// The server's total is what is asked for, and a difference is shown before money is taken.
import { wallClock } from '../day';
import type { Catalogue, Group, Variation } from './catalogue';

export interface Choice {
	id: string;
	quantity: number;
}

/** A moment as the café's wall clock has it. */
export interface LocalMoment {
	/** 1 Monday to 7 Sunday. */
	weekday: number;
	/** Minutes after midnight. */
	minute: number;
}

export function localMoment(at: number | Date, timeZone: string): LocalMoment {
	const shown = wallClock(at, timeZone);
	return { weekday: shown.getUTCDay() || 7, minute: shown.getUTCHours() * 60 + shown.getUTCMinutes() };
}

/** The price of one unit without modifiers: the last matching price window, else the menu's. Minor units. */
export function basePrice(variation: Variation, now: LocalMoment): { amount: number; window: string } {
	let found = { amount: variation.price?.amount ?? 0, window: '' };
	for (const window of variation.price_windows) {
		const today = window.weekdays.length === 0 || window.weekdays.includes(now.weekday);
		if (today && now.minute >= window.from_minute && now.minute < window.to_minute && window.price?.amount !== undefined) {
			found = { amount: window.price.amount, window: window.name };
		}
	}
	return found;
}

/** What a group's choices are: those made in it, or its defaults where none was made. */
export function chosenIn(group: Group, choices: readonly Choice[]): Choice[] {
	const made = group.modifiers
		.map((m) => choices.find((choice) => choice.id === m.id))
		.filter((choice) => choice !== undefined && choice.quantity > 0) as Choice[];
	return made.length > 0 ? made : group.modifiers.filter((m) => m.is_default).map((m) => ({ id: m.id, quantity: 1 }));
}

/** What a group's choices add to one unit: the cheapest take the free places first; what lowers the price always does. */
export function groupPrice(group: Group, chosen: readonly Choice[]): number {
	let free = group.free_count;
	let sum = 0;
	const priced = chosen
		.map(({ id, quantity }) => ({
			quantity,
			delta: group.modifiers.find((m) => m.id === id)?.price_delta?.amount ?? 0
		}))
		.sort((a, b) => a.delta - b.delta);
	for (const { quantity, delta } of priced) {
		const given = Math.min(free, quantity);
		free -= given;
		sum += delta * (delta > 0 ? quantity - given : quantity);
	}
	return sum;
}

/** What the modifiers of one unit add to its price, the defaults of unanswered groups among them. */
export function modifiersPrice(catalogue: Catalogue, variationId: string, choices: readonly Choice[]): number {
	const sized = catalogue.sized(variationId);
	const groups = sized ? catalogue.groupsOf(sized.item) : [];
	return groups.reduce((sum, group) => sum + groupPrice(group, chosenIn(group, choices)), 0);
}

/** The price of one unit with its modifiers, minor units. */
export function unitPrice(catalogue: Catalogue, variationId: string, choices: readonly Choice[], now: LocalMoment): number {
	const sized = catalogue.sized(variationId);
	return sized ? basePrice(sized.variation, now).amount + modifiersPrice(catalogue, variationId, choices) : 0;
}

/** The groups that still want an answer ("choose milk"), and those with too many. */
export function openQuestions(catalogue: Catalogue, variationId: string, choices: readonly Choice[]): { missing: Group[]; over: Group[] } {
	const sized = catalogue.sized(variationId);
	const missing: Group[] = [];
	const over: Group[] = [];
	for (const group of sized ? catalogue.groupsOf(sized.item) : []) {
		const count = chosenIn(group, choices).reduce((n, choice) => n + choice.quantity, 0);
		if (count < group.min) missing.push(group);
		if (count > group.max) over.push(group);
	}
	return { missing, over };
}

/**
 * Chooses or unchooses a modifier as a tap does: in a group of at most one the last tap counts, elsewhere a tap adds and
 * a second one takes away, and a full group stays as it is.
 */
export function toggle(group: Group, choices: readonly Choice[], modifierId: string): Choice[] {
	const others = choices.filter((choice) => !group.modifiers.some((m) => m.id === choice.id));
	const inGroup = choices.filter((choice) => group.modifiers.some((m) => m.id === choice.id));
	const chosen = inGroup.length > 0 ? inGroup : chosenIn(group, choices);
	const had = chosen.some((choice) => choice.id === modifierId);
	if (group.max === 1) {
		if (had && group.min > 0) return [...others, { id: modifierId, quantity: 1 }];
		return had ? others : [...others, { id: modifierId, quantity: 1 }];
	}
	if (had) return [...others, ...chosen.filter((choice) => choice.id !== modifierId)];
	if (chosen.reduce((n, choice) => n + choice.quantity, 0) >= group.max) return [...choices];
	return [...others, ...chosen, { id: modifierId, quantity: 1 }];
}

/** So many of one modifier, never more than the group has room for; none takes it away. The group's other choices stay. */
export function withQuantity(group: Group, choices: readonly Choice[], modifierId: string, quantity: number): Choice[] {
	const outside = choices.filter((choice) => !group.modifiers.some((m) => m.id === choice.id));
	const chosen = chosenIn(group, choices);
	const others = chosen.reduce((n, choice) => (choice.id === modifierId ? n : n + choice.quantity), 0);
	const room = Math.max(0, Math.min(quantity, group.max - others));
	const inGroup = chosen.map((choice) => (choice.id === modifierId ? { ...choice, quantity: room } : choice));
	return [...outside, ...inGroup.filter((choice) => choice.quantity > 0)];
}
