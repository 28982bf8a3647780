/** The business date ("2026-11-20") that a moment belongs to in a café: its local date, begun at the cut-off. */
export function businessDate(at: number | Date, timeZone: string, cutoffMinutes: number): string {
	const parts = new Intl.DateTimeFormat('en-GB', {
		timeZone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23'
	}).formatToParts(at);
	const part = (type: string) => Number(parts.find((p) => p.type === type)!.value);
	const date = new Date(Date.UTC(part('year'), part('month') - 1, part('day')));
	if (part('hour') * 60 + part('minute') < cutoffMinutes) date.setUTCDate(date.getUTCDate() - 1);
	return date.toISOString().slice(0, 10);
}
