import { expect, it } from 'vitest';
import { newId } from './ids';

it('makes version 7 ids that sort by time', () => {
	const at = Date.UTC(2026, 10, 22);
	expect(newId(at)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
	expect(parseInt(newId(at).replaceAll('-', '').slice(0, 12), 16)).toBe(at);
	expect(newId(at) < newId(at + 1)).toBe(true);
	expect(new Set(Array.from({ length: 1000 }, () => newId(at))).size).toBe(1000);
});
