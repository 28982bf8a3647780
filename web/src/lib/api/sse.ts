import type { StreamEvent } from './events';

/** A parser of server-sent events: feed it text as it comes, it calls back for each whole event. */
export function createParser(onEvent: (event: StreamEvent) => void): (text: string) => void {
	let rest = '';
	let id = '';
	let kind = '';
	let data: string[] = [];
	return (text) => {
		const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
		rest = lines.pop()!;
		for (const line of lines) {
			if (line === '') {
				if (data.length > 0) onEvent({ id, kind: kind || 'message', data: data.join('\n') });
				kind = '';
				data = [];
				continue;
			}
			if (line.startsWith(':')) continue; // a heartbeat
			const colon = line.indexOf(':');
			const name = colon < 0 ? line : line.slice(0, colon);
			const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
			if (name === 'data') data.push(value);
			else if (name === 'event') kind = value;
			else if (name === 'id') id = value;
		}
	};
}
