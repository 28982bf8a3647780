// What people type into the back room's and head office's fields, as the integers the server keeps; null when it is none.
// Nothing is rounded in silence: more digits than can be kept is refused.

/** Figures of any of our languages as a plain decimal: "١٬٥" and "1,5" are "1.5". */
export function plainNumber(text: string): string {
	return text
		.replace(/[٠-٩]/g, (d) => String(d.charCodeAt(0) - 0x660))
		.replace(/[\s\u00a0\u202f'’٬]/g, '')
		.replace(/[,٫]/g, '.');
}

/** A decimal with at most `digits` digits after the point, as an integer scaled by 10^digits. */
export function scaled(text: string, digits: number, signed = false): number | null {
	const plain = plainNumber(text).replace(/^[−–]/, '-');
	const found = /^(-?)(\d{1,12})?(?:\.(\d*))?$/.exec(plain);
	if (!found || (found[2] === undefined && !found[3])) return null;
	if (found[1] && !signed) return null;
	const fraction = (found[3] ?? '').replace(/0+$/, '');
	if (fraction.length > digits) return null;
	const value = BigInt((found[2] ?? '0') + fraction.padEnd(digits, '0'));
	if (value > 9_000_000_000_000_000n) return null;
	return Number(found[1] ? -value : value) + 0;
}

/** The way back: 2400000 with 6 digits is "2.4". For fields, so without grouping. */
export function unscaled(value: number, digits: number): string {
	const sign = value < 0 ? '-' : '';
	const text = Math.abs(value).toString().padStart(digits + 1, '0');
	const whole = text.slice(0, text.length - digits);
	const fraction = text.slice(text.length - digits).replace(/0+$/, '');
	return sign + whole + (fraction ? `.${fraction}` : '');
}

/** Percent as basis points: "5.5" and "5,5 %" are 550. At most 100 %. */
export function parsePercent(text: string): number | null {
	const value = scaled(text.replace(/[%٪]/g, ''), 2);
	return value === null || value > 10_000 ? null : value;
}

export const percentText = (basisPoints: number) => unscaled(basisPoints, 2);

/** Degrees as millionths: "33.5731" is 33573100. */
export function parseDegrees(text: string, most: 90 | 180): number | null {
	const value = scaled(text, 6, true);
	return value === null || Math.abs(value) > most * 1_000_000 ? null : value;
}

export const degreesText = (e6: number) => unscaled(e6, 6);

/** Minutes after midnight of "7:30" or "07.30"; hours past midnight go on counting up to `most` ("25:30" is 01:30). */
export function parseClock(text: string, most = 1439): number | null {
	const plain = plainNumber(text);
	const found = /^(\d{1,2})(?:[:.h](\d{2}))?$/i.exec(plain);
	if (!found) return null;
	const hours = Number(found[1]);
	const minutes = Number(found[2] ?? 0);
	if (minutes > 59) return null;
	const value = hours * 60 + minutes;
	return value <= most ? value : null;
}

/** "07:30"; past midnight as the clock shows it. */
export function clockText(minutes: number): string {
	const m = ((minutes % 1440) + 1440) % 1440;
	return `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`;
}

/** When a span ends that begins at `opens`: an end at or before the beginning is of the next day, until 06:00. */
export function closing(opens: number, text: string): number | null {
	const end = parseClock(text, 1800);
	if (end === null) return null;
	const closes = end <= opens ? end + 1440 : end;
	return closes <= 1800 && closes > opens ? closes : null;
}
