// What a journal entry says, in words. Pure but for the reader's language.
import type { Schemas } from '$api/client';
import { money, percent } from '$lib/format';
import { word } from '$lib/office/words';
import { texts, t } from '$lib/texts/index.svelte';

type Entry = Schemas['JournalEntry'];
type Event = Schemas['Event'];

/** The first eight hex digits of bytes as JSON has them. */
export function shortHash(base64: string): string {
	try {
		return Array.from(atob(base64).slice(0, 4), (c) => c.charCodeAt(0).toString(16).padStart(2, '0')).join('');
	} catch {
		return '';
	}
}

/** "Placed by Nadia", "Refunded by owner". */
export function headline(entry: Entry, name: (id: string | undefined) => string): string {
	const kind = entry.event?.kind ?? entry.kind;
	const key = `office.event_${kind}`;
	const who = name(entry.event?.person_id);
	return texts.has(key) ? t(key, { who }) : `${kind} · ${who}`;
}

/** What it did to lines and money, and why. */
export function details(event: Event | undefined, name: (id: string | undefined) => string): string[] {
	if (!event) return [];
	const said: string[] = [];
	const lines = event.lines ?? [];
	if (lines.length > 0) {
		const names = lines.map((line) => {
			const quantity = Math.abs(line.quantity ?? 0);
			const what = [line.item_name, line.variation_name].filter(Boolean).join(' ');
			const to = event.kind === 'advanced' ? ` → ${word('line', line.state)}` : line.to ? ` → ${word('line', line.to)}` : '';
			return `${quantity > 0 ? `${quantity} × ` : ''}${what}${to}`;
		});
		said.push(names.join(', '));
		const sum = lines.reduce((total, line) => total + (line.total ?? 0), 0);
		if (sum !== 0) said.push(t('office.event_lines_sum', { amount: money(sum, event.currency ?? '') }));
	}
	for (const tender of event.tenders ?? []) {
		said.push(`${word('tender', tender.kind)} ${money(tender.amount ?? 0, event.currency ?? '')}`);
	}
	if (event.reason) said.push(t('office.event_reason', { reason: event.reason }));
	if (event.approved_by) said.push(t('office.event_approved', { who: name(event.approved_by) }));
	if (event.mends_date) said.push(t('office.event_mends', { date: event.mends_date, booked: event.business_date ?? '' }));
	return said;
}

/** Tax of a rate, as a receipt names it. */
export const rate = (basisPoints: number): string => percent(basisPoints, { digits: 2 });
