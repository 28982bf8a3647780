// Tables as files. A cell that a person typed must not become a formula in somebody's spreadsheet.
import { exponent } from '../format';

/** A figure stands as it is; a text is made harmless. */
export type Cell = string | number | Figure | null | undefined;

/** A decimal number, already written out. */
export class Figure {
	constructor(readonly text: string) {}
}

/** Minor units as "28.50": a point, no grouping, whatever the reader's language. */
export function moneyCell(minor: number | null | undefined, currency: string): Figure | null {
	if (minor === null || minor === undefined) return null;
	const digits = exponent(currency);
	const text = String(Math.abs(minor)).padStart(digits + 1, '0');
	const whole = text.slice(0, text.length - digits);
	return new Figure((minor < 0 ? '-' : '') + whole + (digits ? `.${text.slice(-digits)}` : ''));
}

/** Thousandths of a unit (or basis points with 2 digits) as a decimal number. */
export function decimalCell(value: number, digits: number): Figure {
	return new Figure((value / 10 ** digits).toFixed(digits));
}

function cell(value: Cell): string {
	if (value === null || value === undefined) return '';
	if (typeof value === 'number') return String(value);
	if (value instanceof Figure) return value.text;
	// What a spreadsheet would take for a formula (OWASP): also behind a tab or a carriage return.
	const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
	return /[",;\n\r\t']/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** RFC 4180 with a byte order mark, without which a common spreadsheet reads UTF-8 as something else. */
export function toCsv(rows: readonly (readonly Cell[])[]): string {
	return '\ufeff' + rows.map((row) => row.map(cell).join(',') + '\r\n').join('');
}

/** Hands a file to the person. */
export function download(name: string, rows: readonly (readonly Cell[])[]): void {
	const address = URL.createObjectURL(new Blob([toCsv(rows)], { type: 'text/csv;charset=utf-8' }));
	const link = document.createElement('a');
	link.href = address;
	link.download = `${name.replace(/[^\p{L}\p{N}._-]+/gu, '-')}.csv`;
	link.click();
	setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
