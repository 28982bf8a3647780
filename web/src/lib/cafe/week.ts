// Days of the week as the contract counts them (1 Monday to 7 Sunday), in the reader's language.
import { texts } from '../texts/index.svelte';

export function weekday(day: number, style: 'short' | 'long' = 'long'): string {
	// 2024-01-01 was a Monday.
	return new Intl.DateTimeFormat(texts.tag, { weekday: style, timeZone: 'UTC' }).format(Date.UTC(2024, 0, day));
}
