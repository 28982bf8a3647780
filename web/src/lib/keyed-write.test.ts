import { expect, it } from 'vitest';
import { Problem } from '$api/client';
import { KeyedWrite } from './keyed-write.svelte';

it('keeps its key while nobody knows what happened', async () => {
	const write = new KeyedWrite();
	const keys: string[] = [];
	const fails = (problem: Problem) => (key: string) => {
		keys.push(key);
		return Promise.reject(problem);
	};
	expect(await write.run(fails(new Problem('offline', 0, '')))).toBeUndefined();
	expect(write.problem?.unknown).toBe(true);
	await write.run(fails(new Problem('unavailable', 503, '')));
	expect(keys[1]).toBe(keys[0]);
	expect(await write.run(async (key) => key)).toBe(keys[0]);
	expect(write.problem).toBeNull();
	await write.run(fails(new Problem('overpaid', 409, '')));
	expect(keys[2]).not.toBe(keys[0]);
	expect(await write.run(async (key) => key)).not.toBe(keys[2]);
});

it('does one thing at a time', async () => {
	const write = new KeyedWrite();
	let finish = () => {};
	const first = write.run(() => new Promise<string>((resolve) => (finish = () => resolve('first'))));
	expect(await write.run(async () => 'second')).toBeUndefined();
	finish();
	expect(await first).toBe('first');
});
