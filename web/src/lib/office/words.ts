// How head office says things that several of its pages say.
import type { Schemas } from '$api/client';
import { percent } from '../format';
import { texts, t } from '../texts/index.svelte';

/** "Fri 20" of a business date: short enough for an axis, and the weekday first in every language. */
export function dayOfWeek(date: string): string {
	const at = new Date(`${date}T12:00:00Z`);
	const short = new Intl.DateTimeFormat(texts.tag, { weekday: 'short', timeZone: 'UTC' }).format(at);
	return `${short} ${at.getUTCDate()}`;
}

/** "last Friday" is "Friday" put into a sentence. */
export function weekday(date: string): string {
	return new Intl.DateTimeFormat(texts.tag, { weekday: 'long', timeZone: 'UTC' }).format(new Date(`${date}T12:00:00Z`));
}

/** "+7.1 %", "new" or nothing, with what it means. */
export function growthText(growth: Schemas['Growth'] | undefined): { text: string; tone: 'up' | 'down' | '' } {
	if (!growth || growth.kind === 'none') return { text: '', tone: '' };
	if (growth.kind === 'new') return { text: t('office.growth_new'), tone: 'up' };
	return {
		text: percent(growth.basis_points, { signed: true }),
		tone: growth.basis_points > 0 ? 'up' : growth.basis_points < 0 ? 'down' : ''
	};
}

/** A word of a closed vocabulary (states, sources, kinds); one that is newer than this page is shown as it is. */
export function word(group: 'state' | 'money' | 'source' | 'service' | 'line' | 'tender' | 'event' | 'tax_mode', value: string | undefined): string {
	if (!value) return '';
	const key = `office.${group}_${value}`;
	return texts.has(key) ? t(key) : value.replaceAll('_', ' ');
}

/** An amount that may be missing. */
export const minor = (money: Schemas['Money'] | undefined): number => money?.amount ?? 0;
