// Server-sent events over fetch: unlike EventSource it can say as whom it asks, and tells the difference between a
// stream that is quiet and one that is dead.
import { createParser } from './sse';
import { problemOf, type Problem, type Seat } from './client';
import { reach } from '../reach.svelte';

export interface StreamEvent {
	/** Position to resume from. */
	id: string;
	kind: string;
	data: string;
}

export interface StreamOptions {
	seat: Seat;
	/** Resume after this position. */
	after?: string;
	onEvent: (event: StreamEvent) => void;
	/** Called with true when the stream is open and heard from, with false when it broke. */
	onLive: (live: boolean) => void;
	/** A refusal that trying again does not mend (401, 403, 404). The stream has ended. */
	onRefused: (problem: Problem) => void;
	signal: AbortSignal;
}

/** Heartbeats come every 15 s; after this long without any byte the connection is taken for dead. */
const silence = 40_000;
const pauses = [500, 1_000, 2_000, 5_000, 10_000];

/** Reads a stream until the signal aborts it, connecting again after every break, from where it was. */
export async function follow(path: string, options: StreamOptions): Promise<void> {
	let after = options.after ?? '';
	for (let failures = 0; !options.signal.aborted; failures++) {
		const broken = new AbortController();
		const stop = () => broken.abort();
		options.signal.addEventListener('abort', stop, { once: true });
		let timer = setTimeout(stop, silence);
		try {
			const headers: Record<string, string> = { Accept: 'text/event-stream', 'Coffee-Background': '1' };
			if (after) headers['Last-Event-ID'] = after;
			const answer = await open(path, options.seat, headers, broken.signal);
			if (!answer.ok) {
				const problem = problemOf(await answer.json().catch(() => null), answer);
				if ([400, 401, 403, 404].includes(answer.status)) return options.onRefused(problem);
				throw problem;
			}
			options.onLive(true);
			const parser = createParser((event) => {
				if (event.id) after = event.id;
				options.onEvent(event);
			});
			const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
			for (;;) {
				const { done, value } = await reader.read();
				if (done) break;
				failures = 0;
				clearTimeout(timer);
				timer = setTimeout(stop, silence);
				reach.heard(true);
				options.onLive(true);
				parser(value);
			}
		} catch {
			// A break of any kind: said below, mended by the next round.
		} finally {
			clearTimeout(timer);
			options.signal.removeEventListener('abort', stop);
		}
		if (options.signal.aborted) return;
		options.onLive(false);
		await pause(pauses[Math.min(failures, pauses.length - 1)]!, options.signal);
	}
}

// A stream has no limit of time of its own, so it does not go through the client's.
async function open(path: string, seat: Seat, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
	const ask = () => fetch(path, { headers: { ...headers, 'Coffee-Session': seat }, signal, cache: 'no-store' });
	const answer = await ask();
	return answer.status === 401 ? ask() : answer;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const timer = setTimeout(done, ms);
		function done() {
			clearTimeout(timer);
			signal.removeEventListener('abort', done);
			window.removeEventListener('online', done);
			resolve();
		}
		signal.addEventListener('abort', done, { once: true });
		window.addEventListener('online', done, { once: true });
	});
}
