import { describe, expect, it } from 'vitest';
import { createParser } from './sse';

function parse(...pieces: string[]) {
	const events: unknown[] = [];
	const feed = createParser((event) => events.push(event));
	pieces.forEach(feed);
	return events;
}

describe('server-sent events', () => {
	it('reads events whole, however they are cut', () => {
		const text = 'id: 7\nevent: changed\ndata: {"a":1}\n\n: beat\n\nid: 8\ndata: x\ndata: y\n\n';
		const want = [
			{ id: '7', kind: 'changed', data: '{"a":1}' },
			{ id: '8', kind: 'message', data: 'x\ny' }
		];
		expect(parse(text)).toEqual(want);
		expect(parse(...text)).toEqual(want);
		expect(parse(text.replaceAll('\n', '\r\n'))).toEqual(want);
	});

	it('keeps an unfinished event to itself', () => {
		expect(parse('id: 1\ndata: half')).toEqual([]);
	});
});
