// A café as a form edits it: hours by weekday, percent for basis points.
import type { Schemas } from '$api/client';

export type Cafe = Schemas['Cafe'];

export interface SpanForm {
	opens: number | null;
	closes: number | null;
}

export interface CafeForm {
	name: string;
	address: string;
	city: string;
	latitude_e6: number | null;
	longitude_e6: number | null;
	time_zone: string;
	currency: string;
	cutoff_minutes: number | null;
	default_service: string;
	mode: string;
	rates: { code: string; eat_in: number | null; take_away: number | null }[];
	/** Monday first; no span is closed. */
	week: SpanForm[][];
	exceptions: { date: string; note: string; spans: SpanForm[] }[];
	version: number;
}

const spanForm = (span: Schemas['Span']): SpanForm => ({ opens: span.opens ?? 0, closes: span.closes ?? 0 });
const wholeSpan = (span: SpanForm) => span.opens !== null && span.closes !== null;
const sentSpan = (span: SpanForm): Schemas['Span'] => ({ opens: span.opens!, closes: span.closes! });

export function cafeForm(cafe?: Partial<Cafe>): CafeForm {
	return {
		name: cafe?.name ?? '',
		address: cafe?.address ?? '',
		city: cafe?.city ?? '',
		latitude_e6: cafe?.latitude_e6 ?? null,
		longitude_e6: cafe?.longitude_e6 ?? null,
		time_zone: cafe?.time_zone ?? '',
		currency: cafe?.currency ?? '',
		cutoff_minutes: cafe?.cutoff_minutes ?? 240,
		default_service: cafe?.default_service || 'take_away',
		mode: cafe?.tax?.mode || 'inclusive',
		rates: (cafe?.tax?.rates ?? []).map((one) => ({ code: one.code ?? '', eat_in: one.eat_in ?? 0, take_away: one.take_away ?? 0 })),
		week: [1, 2, 3, 4, 5, 6, 7].map((day) =>
			(cafe?.hours ?? []).filter((one) => one.weekday === day).map(spanForm).sort((a, b) => a.opens! - b.opens!)
		),
		exceptions: (cafe?.exceptions ?? []).map((one) => ({ date: one.date ?? '', note: one.note ?? '', spans: (one.spans ?? []).map(spanForm) })).sort((a, b) => (a.date < b.date ? -1 : 1)),
		version: cafe?.version ?? 0
	};
}

/** What a new café takes from another: how it is taxed and when it is open, never where it is or how it is called. */
export function likeForm(from: Cafe): CafeForm {
	const { time_zone, currency, cutoff_minutes, default_service, tax, hours, exceptions } = from;
	return cafeForm({ time_zone, currency, cutoff_minutes, default_service, tax, hours, exceptions });
}

export const sentCafe = (form: CafeForm) => ({
	name: form.name.trim(),
	address: form.address.trim(),
	city: form.city.trim(),
	time_zone: form.time_zone.trim(),
	currency: form.currency.trim().toUpperCase(),
	cutoff_minutes: form.cutoff_minutes ?? 0,
	default_service: form.default_service as 'eat_in' | 'take_away',
	tax: { mode: form.mode as 'inclusive', rates: form.rates.map((one) => ({ code: one.code.trim(), eat_in: one.eat_in ?? 0, take_away: one.take_away ?? 0 })) },
	hours: form.week.flatMap((spans, i) => spans.filter(wholeSpan).map((span) => ({ weekday: i + 1, ...sentSpan(span) }))),
	exceptions: form.exceptions.map((one) => ({ date: one.date, note: one.note.trim(), spans: one.spans.filter(wholeSpan).map(sentSpan) })),
	...(form.latitude_e6 !== null && form.longitude_e6 !== null && { latitude_e6: form.latitude_e6, longitude_e6: form.longitude_e6 }),
	version: form.version
});

export type CafeFault = 'name' | 'zone' | 'currency' | 'place' | 'cutoff' | 'rate' | 'rate_twice' | 'hours' | 'overlap' | 'exception' | 'exception_twice';

const overlaps = (spans: readonly SpanForm[]) => spans.some((a, i) => spans.some((b, j) => i < j && a.opens! < b.closes! && b.opens! < a.closes!));

/** A night that goes on past midnight ends before the next day begins. */
const intoNextDay = (spans: readonly SpanForm[], next: readonly SpanForm[]) =>
	spans.some((span) => next.some((one) => span.closes! - 1440 > one.opens!));

/** The first thing that keeps a café from being saved. */
export function cafeFault(form: CafeForm, zones: readonly string[]): CafeFault | null {
	if (!form.name.trim()) return 'name';
	if (!zones.includes(form.time_zone.trim())) return 'zone';
	if (!/^[A-Za-z]{3}$/.test(form.currency.trim())) return 'currency';
	if ((form.latitude_e6 === null) !== (form.longitude_e6 === null)) return 'place';
	if (form.cutoff_minutes === null) return 'cutoff';
	const codes = form.rates.map((one) => one.code.trim());
	if (form.rates.some((one) => !/^[a-z][a-z0-9_]{0,31}$/.test(one.code.trim()) || one.eat_in === null || one.take_away === null)) return 'rate';
	if (new Set(codes).size < codes.length) return 'rate_twice';
	const all = [...form.week, ...form.exceptions.map((one) => one.spans)];
	if (all.some((spans) => spans.some((span) => !wholeSpan(span) || span.closes! <= span.opens!))) return 'hours';
	if (all.some(overlaps) || form.week.some((spans, i) => intoNextDay(spans, form.week[(i + 1) % 7]!))) return 'overlap';
	if (form.exceptions.some((one) => !/^\d{4}-\d{2}-\d{2}$/.test(one.date))) return 'exception';
	if (new Set(form.exceptions.map((one) => one.date)).size < form.exceptions.length) return 'exception_twice';
	return null;
}
