import type { Age } from '$lib/board/age';
import { spoken } from '$lib/board/age';
import { t, texts } from '$lib/texts/index.svelte';

/** "3 min", "40 s", "1 h 5 min". */
export function span(age: Pick<Age, 'kind' | 'seconds'>): string {
	const { unit, n, rest } = spoken(age);
	if (unit === 's') return t('bar.seconds', { n });
	if (unit === 'min') return t('bar.minutes', { n });
	return t('bar.hours', { n, rest });
}

export const ago = (seconds: number): string => span({ kind: 'waits', seconds: Math.max(0, Math.floor(seconds)) });

/** A station's name: those of the usual menu in the reader's language, others as the menu writes them. */
export function station(name: string): string {
	const key = `bar.station_${name.toLowerCase()}`;
	return texts.has(key) ? t(key) : name.charAt(0).toLocaleUpperCase() + name.slice(1);
}

export function service(name: string, source: string): string {
	if (source === 'phone') return t('bar.phone');
	return name === 'eat_in' ? t('bar.eat_in') : name === 'take_away' ? t('bar.take_away') : '';
}
