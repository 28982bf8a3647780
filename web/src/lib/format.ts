// Money, numbers and times as the reader's language writes them, in the café's currency and zone. Money is minor units
// in integers everywhere; the only division is the one for showing it.
import { wallClock } from './day';
import { texts } from './texts/index.svelte';
import exceptions from './currency-exponents.json';

export interface Money {
	amount: number;
	currency: string;
}

/** Digits after the point of a currency: ISO 4217, as the server has it (internal/money), not as CLDR rounds it. */
export function exponent(currency: string): number {
	return (exceptions as Record<string, number>)[currency] ?? 2;
}

/** A figure with its unit keeps its own order inside a sentence that runs from right to left. */
const isolated = (text: string) => (texts.dir === 'rtl' ? `\u2066${text}\u2069` : text);

/** Formats are dear to make: each is made once. */
function kept<O, F>(make: new (tag: string, options: O) => F): (options: O) => F {
	const formats = new Map<string, F>();
	return (options) => {
		const key = texts.tag + JSON.stringify(options);
		let format = formats.get(key);
		if (!format) formats.set(key, (format = new make(texts.tag, options)));
		return format;
	};
}

const numberFormat = kept<Intl.NumberFormatOptions, Intl.NumberFormat>(Intl.NumberFormat);
const dateTimeFormat = kept<Intl.DateTimeFormatOptions, Intl.DateTimeFormat>(Intl.DateTimeFormat);

function digits(currency: string) {
	const n = exponent(currency);
	return { minimumFractionDigits: n, maximumFractionDigits: n };
}

/** "25.00": an amount whose currency stands elsewhere on the screen. */
export function amount(minor: number, currency: string): string {
	return numberFormat(digits(currency)).format(minor / 10 ** exponent(currency));
}

/** "25.00 MAD". The code, not a symbol: "$" is somebody else's money in another café. */
export function money(minor: number, currency: string): string {
	return isolated(`${amount(minor, currency)} ${currency}`);
}

/** "13.8k": for axes only. */
export function shortAmount(minor: number, currency: string): string {
	return numberFormat({ notation: 'compact', maximumFractionDigits: 1 }).format(minor / 10 ** exponent(currency));
}

export function count(n: number): string {
	return numberFormat({ maximumFractionDigits: 0 }).format(n);
}

/** Basis points as a percentage: 1250 is "12.5 %". */
export function percent(basisPoints: number, options: { signed?: boolean; digits?: number } = {}): string {
	return numberFormat({
		style: 'percent',
		maximumFractionDigits: options.digits ?? 1,
		signDisplay: options.signed ? 'exceptZero' : 'auto'
	}).format(basisPoints / 10_000);
}

/**
 * Thousandths of a base unit as a shelf says it: 2900000 ml is "2.9 l", 18000 g is "18 g", 3000 each is "3".
 * Scales up at 1,000 base units.
 */
export function quantity(thousandths: number, unit: string): string {
	const base = thousandths / 1000;
	if (unit === 'each') return numberFormat({ maximumFractionDigits: 3 }).format(base);
	const big = unit === 'ml' ? 'l' : unit === 'g' ? 'kg' : '';
	if (big && Math.abs(base) >= 1000) return isolated(`${numberFormat({ maximumFractionDigits: 2 }).format(base / 1000)} ${big}`);
	return isolated(`${numberFormat({ maximumFractionDigits: 1 }).format(base)} ${unit}`);
}

type When = string | number | Date;

/** In the given zone by the server's clocks, else in the reader's own. */
function dateFormat(when: When, timeZone: string | undefined, options: Intl.DateTimeFormatOptions): string {
	const at = new Date(when);
	return timeZone ? dateTimeFormat({ ...options, timeZone: 'UTC' }).format(wallClock(at, timeZone)) : dateTimeFormat(options).format(at);
}

/** "11:42" in the given zone (the reader's own if none): the same in every language we have, and without Intl's tables,
 * which take a phone a tenth of a second to load. */
export function time(when: When, timeZone?: string): string {
	const at = new Date(when);
	const shown = timeZone ? wallClock(at, timeZone) : new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
	return shown.toISOString().slice(11, 16);
}

/** "Fri 20 Nov". Of a business date ("2026-11-20") it is that day, whatever the zone. */
export function day(when: When, timeZone?: string): string {
	return dateFormat(...plainDate(when, timeZone), { weekday: 'short', day: 'numeric', month: 'short' });
}

/** "Friday 20 November 2026". */
export function longDay(when: When, timeZone?: string): string {
	return dateFormat(...plainDate(when, timeZone), { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
}

/** "November 2026" of "2026-11". */
export function month(yearMonth: string): string {
	return dateFormat(`${yearMonth}-15T12:00:00Z`, 'UTC', { month: 'long', year: 'numeric' });
}

/** "20 Nov, 11:42". */
export function moment(when: When, timeZone?: string): string {
	return dateFormat(when, timeZone, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

/** "Friday, 20 November, 11:42": no year, which nobody forgets during a day. */
export function fullMoment(when: When, timeZone?: string): string {
	return `${dateFormat(when, timeZone, { weekday: 'long', day: 'numeric', month: 'long' })}, ${time(when, timeZone)}`;
}

function plainDate(when: When, timeZone?: string): [When, string | undefined] {
	return typeof when === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(when) ? [`${when}T12:00:00Z`, 'UTC'] : [when, timeZone];
}

/**
 * What a person typed as money, in minor units; null when it is none. Takes "25", "25.5", "25,50" and Arabic figures,
 * and refuses more digits after the point than the currency has: nothing is rounded in silence.
 */
export function parseAmount(text: string, currency: string): number | null {
	const plain = text
		.replace(/[٠-٩]/g, (d) => String(d.charCodeAt(0) - 0x660))
		.replace(/[\s\u00a0\u202f']/g, '')
		.replace(/[,٫]/g, '.');
	const found = /^(\d{1,10})(?:\.(\d{0,4}))?$/.exec(plain);
	if (!found) return null;
	const n = exponent(currency);
	const fraction = (found[2] ?? '').replace(/0+$/, '');
	if (fraction.length > n) return null;
	return Number(found[1]) * 10 ** n + Number(fraction.padEnd(n, '0') || 0);
}
