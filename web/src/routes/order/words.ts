// Sentences that several parts of order ahead say.
import type { Problem } from '$api/client';
import { day, money, time } from '$lib/format';
import { problemText } from '$lib/problem-text';
import { t, texts } from '$lib/texts/index.svelte';
import type { Door, Gate, PhoneOrders } from './opening';

/** Money within a sentence: its figures and its currency keep their order in right-to-left text. */
export const cash = (minor: number, currency: string) =>
	texts.dir === 'rtl' ? `\u2066${money(minor, currency)}\u2069` : money(minor, currency);

export function doorText(door: Door, timeZone: string): string {
	switch (door.kind) {
		case 'open':
			return t('order.open_always');
		case 'open_until':
			return t('order.open_until', { time: time(door.at, timeZone) });
		case 'closing':
			return t('order.closing_in', { minutes: door.minutes });
		case 'opens':
			if (door.on === 'today') return t('order.opens_at', { time: time(door.at, timeZone) });
			if (door.on === 'tomorrow') return t('order.opens_tomorrow', { time: time(door.at, timeZone) });
			return t('order.opens_on', { day: day(door.at, timeZone), time: time(door.at, timeZone) });
		default:
			return t('order.closed_now');
	}
}

/** Why this café takes no order from a phone now, and when it does. */
export function gateText(gate: Gate, orders: PhoneOrders | undefined, door: Door, timeZone: string): string {
	if (gate === 'paused' && orders?.paused_until) return t('order.paused_until', { time: time(orders.paused_until, timeZone) });
	if (gate === 'full') return t('order.full_today');
	return t('order.gate_closed', { when: doorText(door, timeZone) });
}

/** Names of allergens as inventory has them, in the reader's language where it is one of those everybody knows. */
export function allergenName(name: string): string {
	const key = `order.allergen_${name.toLowerCase().replace(/[^a-z]+/g, '_')}`;
	return texts.has(key) ? t(key) : name;
}

export function listText(names: readonly string[]): string {
	return new Intl.ListFormat(texts.tag, { type: 'conjunction' }).format(names);
}

export const allergenList = (names: readonly string[]) => listText(names.map(allergenName));

/** What a refused order means here and what to do now. */
export function refusalText(problem: Problem, timeZone: string, currency: string): string {
	const key = `order.refused_${problem.code}`;
	if (!texts.has(key)) return problemText(problem);
	const { facts } = problem;
	const when = (iso: string | undefined) => (iso ? time(iso, timeZone) : '');
	const named = problem.code === 'slot_full' && !facts.next ? 'order.refused_slot_full_today' : key;
	return t(named, {
		total: facts.total ? cash(Number(facts.total), currency) : '',
		until: when(facts.until),
		next: when(facts.next),
		limit: facts.limit ?? '',
		what: facts.ingredient_name ?? problem.fields.map((field) => field.detail).join(' ')
	});
}
