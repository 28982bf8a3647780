// Sums of sales, whole: the API pages, a page of head office does not.
import { api, background, ok, type Schemas } from '$api/client';

export type SalesRow = Schemas['SalesRow'];
type By = 'cafe' | 'date' | 'hour' | 'category' | 'item';

export interface SalesQuestion {
	from: string;
	to: string;
	currency?: string;
	cafe?: string;
	by: By[];
}

export interface Sales {
	rows: SalesRow[];
	total: SalesRow;
}

/** So many rows at most: beyond that a table helps nobody, and the file says so by its span. */
const mostPages = 50;

export async function fetchSales(question: SalesQuestion): Promise<Sales> {
	const rows: SalesRow[] = [];
	let total: SalesRow | undefined;
	let cursor = '';
	for (let pages = 0; pages < mostPages; pages++) {
		const answer = await ok(
			api.admin.GET('/api/v1/analytics/sales', {
				params: {
					query: {
						from: question.from,
						to: question.to,
						by: question.by,
						limit: 200,
						...(question.currency && { currency: question.currency }),
						...(question.cafe && { cafe_id: question.cafe }),
						...(cursor && { cursor })
					}
				},
				headers: background
			})
		);
		rows.push(...answer.rows);
		total ??= answer.total;
		cursor = answer.next_cursor;
		if (!cursor) break;
	}
	return { rows, total: total! };
}

/** What was on sale but nobody bought is among the least, with nothing. */
export function mostAndLeast(
	sold: readonly SalesRow[],
	onSale: readonly { id: string; name: string }[],
	each = 5
): { most: SellRow[]; least: SellRow[] } {
	const rows: SellRow[] = sold.map((row) => ({ id: row.item_id, name: row.item_name, units: row.units, sales: row.sales?.amount ?? 0 }));
	const known = new Set(rows.map((row) => row.id));
	for (const item of onSale) if (!known.has(item.id)) rows.push({ id: item.id, name: item.name, units: 0, sales: 0 });
	const byName = (a: SellRow, b: SellRow) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
	const most = rows.filter((row) => row.units > 0).sort((a, b) => b.units - a.units || b.sales - a.sales || byName(a, b));
	const least = [...rows].sort((a, b) => a.units - b.units || a.sales - b.sales || byName(a, b));
	const top = most.slice(0, each);
	return { most: top, least: least.filter((row) => !top.includes(row)).slice(0, each) };
}

export interface SellRow {
	id: string;
	name: string;
	units: number;
	sales: number;
}

/** Values by café and date, zeros where nothing was sold. */
export function byCafeAndDate(rows: readonly SalesRow[], dates: readonly string[]): { id: string; name: string; values: number[] }[] {
	const cafes = new Map<string, { id: string; name: string; values: number[] }>();
	const place = new Map(dates.map((date, i) => [date, i]));
	for (const row of rows) {
		const i = place.get(row.date);
		if (i === undefined) continue;
		let cafe = cafes.get(row.cafe_id);
		if (!cafe) cafes.set(row.cafe_id, (cafe = { id: row.cafe_id, name: row.cafe_name, values: dates.map(() => 0) }));
		cafe.values[i]! += row.sales?.amount ?? 0;
	}
	return [...cafes.values()];
}
