// What publishing changes, in the reader's language.
import type { Schemas } from '$api/client';
import { weekday } from '$lib/cafe/week';
import { t, texts, type Key } from '$lib/texts/index.svelte';

type Line = Schemas['DraftChangeLine'];

/** What an empty value is called, by the sentence it is in; elsewhere it is "none". */
const empties: Record<string, Key> = {
	price: 'menu.line_no_price', variation_added: 'menu.line_no_price', combo_price: 'menu.line_no_price', combo_prices: 'menu.line_no_price',
	window_added: 'menu.line_no_price', window_removed: 'menu.line_no_price', modifier_added: 'menu.line_no_extra', overlay: 'menu.line_as_chain'
};

const notSold = 'not_sold';

/** A line; of a sentence that is newer than this page, the server's English. */
export function lineText(line: Line, english: string): string {
	const key = `menu.line_${line.code}`;
	if (!texts.has(key)) return english;
	const value = (text: string) =>
		text.startsWith(notSold) ? t('menu.line_not_sold') + text.slice(notSold.length) : isolated(text) || t(empties[line.code] ?? 'menu.line_none');
	const days = line.weekdays.length === 0 ? t('menu.line_every_day') : line.weekdays.map((day) => weekday(day, 'short')).join(' ');
	return t(key as Key, { subject: isolated(line.subject), before: value(line.before), after: value(line.after), days });
}

/** Names and prices keep their own direction inside a sentence of another. */
const isolated = (text: string) => (text && texts.dir === 'rtl' ? `\u2068${text}\u2069` : text);
