// The only way to the gateway: typed calls, one kind of error, and the rules every screen shares about sessions.
import createClient from 'openapi-fetch';
import type { components, paths } from './schema';
import { learnZone } from '../day';
import { reach } from '../reach.svelte';

export type Schemas = components['schemas'];

/** As which of its sessions a browser asks: a counter, head office and a customer can be open side by side. */
export type Seat = 'device' | 'admin' | 'customer';

export interface FieldProblem {
	field: string;
	detail: string;
}

/**
 * What went wrong, in the terms of the gateway (RFC 9457). `code` decides, `detail` is English for people.
 * Of our own making are `offline` (no answer, or none in time: what was asked may have happened or not) and
 * `broken_answer`.
 */
export class Problem extends Error {
	constructor(
		readonly code: string,
		readonly status: number,
		readonly detail: string,
		readonly fields: FieldProblem[] = [],
		/** Further members, such as the new total of price_changed. */
		readonly facts: Record<string, string> = {},
		/** Seconds after which it is worth trying again. */
		readonly retryAfter = 0
	) {
		super(`${code}: ${detail}`);
		this.name = 'Problem';
	}

	/** Nobody knows whether it happened: only asking again under the same key tells. */
	get unknown(): boolean {
		return this.status === 0 || this.status >= 500;
	}
}

/** Header of requests that no person made, such as polls: they keep nobody signed in. */
export const background = { 'Coffee-Background': '1' } as const;

/** Header of a write that must not happen twice. Keep the key for as long as its outcome is not known. */
export const keyed = (key: string) => ({ 'Idempotency-Key': key });

const patience = 20_000;

/** fetch as every call does it: its seat, a limit of time, one more try when somebody changed the person meanwhile. */
export async function send(seat: Seat, request: Request): Promise<Response> {
	request.headers.set('Coffee-Session', seat);
	const again = request.clone();
	const answer = await once(request);
	if (answer.status !== 401) return answer;
	const body = (await answer.clone().json().catch(() => null)) as { code?: string } | null;
	if (body?.code !== 'session_ended') return answer;
	// The token changes whenever the person on a device does; a request that was on its way then showed the old one.
	return once(again);
}

async function once(request: Request): Promise<Response> {
	try {
		const limit = AbortSignal.timeout(patience);
		const signal = AbortSignal.any ? AbortSignal.any([request.signal, limit]) : limit;
		const answer = await fetch(request, { signal });
		reach.heard(answer.status !== 502 && answer.status !== 503);
		return answer;
	} catch (cause) {
		if (request.signal.aborted) throw cause;
		reach.heard(false);
		throw new Problem('offline', 0, 'The shop’s server did not answer.');
	}
}

function connect(seat: Seat) {
	const client = createClient<paths>({
		baseUrl: '/',
		fetch: (request) => send(seat, request),
		querySerializer: { array: { style: 'form', explode: true } }
	});
	client.use({ onResponse: learnZones });
	return client;
}

/** Whoever reads a café knows its clocks from then on: no screen has to think of it. */
async function learnZones({ schemaPath, response }: { schemaPath: string; response: Response }): Promise<undefined> {
	if (!response.ok || (schemaPath !== '/api/v1/cafes' && schemaPath !== '/api/v1/cafes/{id}')) return;
	const answer = (await response.clone().json()) as Schemas['Cafe'] | Schemas['ListCafesResponse'];
	('cafes' in answer ? answer.cafes : [answer]).forEach(learnZone);
}

/** A client for each seat: `await ok(api.device.GET('/session'))`. */
export const api = { device: connect('device'), admin: connect('admin'), customer: connect('customer') };

export type Api = (typeof api)['device'];

/** The answer's data; whatever else came is thrown as a Problem. */
export async function ok<T>(answer: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
	const { data, error, response } = await answer;
	if (!response.ok) throw problemOf(error, response);
	return data as T;
}

export function problemOf(error: unknown, response: Response): Problem {
	const told = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
	if (typeof told.code !== 'string') {
		return new Problem('broken_answer', response.status, `The server answered ${response.status} without saying why.`);
	}
	const facts: Record<string, string> = {};
	for (const [name, value] of Object.entries(told)) {
		if (typeof value === 'string') facts[name] = value;
	}
	return new Problem(
		told.code,
		response.status,
		typeof told.detail === 'string' ? told.detail : '',
		Array.isArray(told.errors) ? (told.errors as FieldProblem[]) : [],
		facts,
		Number(response.headers.get('Retry-After')) || 0
	);
}

/** Any thrown thing as a Problem. */
export function asProblem(thrown: unknown): Problem {
	if (thrown instanceof Problem) return thrown;
	return new Problem('broken_page', 0, thrown instanceof Error ? thrown.message : String(thrown));
}
