// Local times of a café as the server has them. Zone rules differ between browsers (governments change them at short
// notice), so the offsets that every café brings with it decide, and the browser's own tables only outside of those.

interface Offset {
	/** Unset: always. */
	from?: string;
	offset_seconds: number;
}

/** By IANA name: ascending moments (ms) and what the clocks are set to from then on (ms east of UTC). */
const zones = new Map<string, { from: number; offset: number }[]>();

/** Takes in what a café says of its zone. */
export function learnZone(cafe: { time_zone: string; zone_offsets?: readonly Offset[] }): void {
	if (!cafe.zone_offsets?.length) return;
	zones.set(
		cafe.time_zone,
		cafe.zone_offsets.map(({ from, offset_seconds }) => ({ from: from ? Date.parse(from) : -Infinity, offset: offset_seconds * 1000 }))
	);
}

/** A moment as the zone's wall clock shows it: read its UTC fields, or format it in UTC. */
export function wallClock(at: number | Date, timeZone: string): Date {
	const moment = Number(at);
	const known = zones.get(timeZone)?.findLast((one) => one.from <= moment);
	return new Date(moment + (known?.offset ?? browserOffset(moment, timeZone)));
}

function browserOffset(at: number, timeZone: string): number {
	const parts = new Intl.DateTimeFormat('en-GB', {
		timeZone, year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23'
	}).formatToParts(at);
	const part = (type: string) => Number(parts.find((p) => p.type === type)!.value);
	const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
	return shown - Math.floor(at / 1000) * 1000;
}

/** The date ("2026-11-20") on a zone's wall calendar; the reader's own where no zone is known. */
export function dateIn(timeZone: string | undefined, at: number | Date): string {
	const moment = Number(at);
	return (timeZone ? wallClock(moment, timeZone) : new Date(moment - new Date(moment).getTimezoneOffset() * 60_000)).toISOString().slice(0, 10);
}

/**
 * The business date that a moment belongs to: the local date, begun at the cut-off. As on the server (internal/day) it
 * never runs backwards on the night that clocks are set back.
 */
export function businessDate(at: number | Date, timeZone: string, cutoffMinutes: number): string {
	const moment = Number(at);
	const shown = (then: number) => new Date(wallClock(then, timeZone).getTime() - cutoffMinutes * 60_000).toISOString().slice(0, 10);
	const change = zones.get(timeZone)?.findLast((one) => one.from <= moment)?.from ?? -Infinity;
	const [before, now] = [Number.isFinite(change) ? shown(change - 1) : '', shown(moment)];
	return before > now ? before : now;
}
