// Months as the address has them: "2026-11".

/** A month some months away from another. */
export function monthAway(month: string, by: number): string {
	const [year, number] = month.split('-').map(Number) as [number, number];
	return new Date(Date.UTC(year, number - 1 + by, 15)).toISOString().slice(0, 7);
}

/** The running month, as the server takes it when none is named: in UTC. */
export function monthOf(now: number): string {
	return new Date(now).toISOString().slice(0, 7);
}

export function isMonth(text: string): boolean {
	return /^\d{4}-(0[1-9]|1[0-2])$/.test(text);
}

/** The months to choose from: the running one first, three years back, and the chosen one wherever it lies. */
export function monthsToChoose(now: number, chosen: string): string[] {
	const running = monthOf(now);
	const months = Array.from({ length: 37 }, (_, i) => monthAway(running, -i));
	return months.includes(chosen) ? months : [...months, chosen].sort().reverse();
}

/** The last date of a month. */
export function lastDate(month: string): string {
	const [year, number] = month.split('-').map(Number) as [number, number];
	return new Date(Date.UTC(year, number, 0, 12)).toISOString().slice(0, 10);
}
