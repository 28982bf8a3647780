import { beforeEach, describe, expect, test } from 'vitest';
import { Problem } from '$api/client';
import { Draft } from './draft.svelte';
import { keptDrafts } from './kept-drafts';
import { Pending } from './pending.svelte';
import { mergeThree } from './three-way';

const item = (name: string, price: number, version = 1) => ({
	name,
	version,
	variations: [
		{ id: 's', name: 'Small', price },
		{ id: 'l', name: 'Large', price: 30 }
	]
});

beforeEach(() => localStorage.clear());

describe('two editors', () => {
	test('what only one of them changed is taken', () => {
		const { merged, clashes, taken } = mergeThree(item('Latte', 20), item('Café latte', 20), item('Latte', 22, 2));
		expect(merged).toEqual(item('Café latte', 22, 2));
		expect(clashes).toEqual([]);
		expect(taken).toEqual([['version'], ['variations']]);
	});
	test('what both changed is asked, and mine stands until it is settled', () => {
		const { merged, clashes } = mergeThree(item('Latte', 20), item('Latte', 21), item('Latte', 22));
		expect(clashes).toEqual([{ path: ['variations', 's', 'price'], mine: 21, theirs: 22 }]);
		expect(merged.variations[0]!.price).toBe(21);
		expect(mergeThree(item('Latte', 20), item('Latte', 21), item('Latte', 22), () => true).merged.variations[0]!.price).toBe(22);
	});
	test('the same change twice is none', () => {
		expect(mergeThree(item('Latte', 20), item('Latte', 21), item('Latte', 21)).clashes).toEqual([]);
	});
	test('a list that one of them made longer is asked as a whole', () => {
		const theirs = { ...item('Latte', 20), variations: [{ id: 's', name: 'Small', price: 20 }] };
		expect(mergeThree(item('Latte', 20), item('Latte', 21), theirs).clashes.map((c) => c.path)).toEqual([['variations']]);
	});
	test('an unset member is the same as a missing one', () => {
		const a: { x?: string } = { x: undefined };
		expect(mergeThree<{ x?: string }>({}, a, {}).clashes).toEqual([]);
	});
});

describe('a draft', () => {
	test('survives a reload, and is gone once saved', () => {
		const first = new Draft('item.1', item('Latte', 20));
		first.mine.name = 'Latte XL';
		first.keep();
		expect([...keptDrafts('item.')]).toEqual(['1']);
		const second = new Draft('item.1', item('Latte', 20));
		expect(second.restored).toBe(true);
		expect(second.mine.name).toBe('Latte XL');
		second.rest(item('Latte XL', 20, 2));
		expect(new Draft('item.1', item('Latte XL', 20, 2)).restored).toBe(false);
		expect(keptDrafts('item.').size).toBe(0);
	});
	test('meets what somebody else saved meanwhile', () => {
		const mine = new Draft('item.2', item('Latte', 20));
		mine.mine.variations[0]!.price = 21;
		mine.keep();
		const later = new Draft('item.2', item('Latte', 22, 2));
		expect(later.theirs).not.toBeNull();
		expect(later.mine.variations[0]!.price).toBe(21);
		expect(later.allSettled).toBe(false);
		later.settle(['variations', 's', 'price'], false);
		expect(later.allSettled).toBe(true);
		later.accept();
		expect(later.mine).toEqual(item('Latte', 21, 2));
		expect(later.base).toEqual(item('Latte', 22, 2));
		expect(later.changed).toBe(true);
	});
	test('dropped by mistake comes back', () => {
		const draft = new Draft('item.3', item('Latte', 20));
		draft.mine.name = 'Typed';
		const undo = draft.drop();
		expect(draft.mine.name).toBe('Latte');
		undo();
		expect(draft.mine.name).toBe('Typed');
		expect(draft.changed).toBe(true);
	});
});

describe('a write that must not happen twice', () => {
	const fails = (status: number) => new Problem(status ? 'out_of_stock' : 'offline', status, '');

	test('an unknown outcome is asked again under the same key, also after a reload', async () => {
		const keys: string[] = [];
		let answer: Problem | null = fails(0);
		const write = async (_body: object, key: string) => {
			keys.push(key);
			if (answer) throw answer;
		};
		expect(await new Pending('receive', write).send({ lines: 1 })).toBe(false);
		const reloaded = new Pending<{ lines: number }>('receive', write);
		expect(reloaded.unknown).toEqual({ lines: 1 });
		answer = null;
		expect(await reloaded.again()).toBe(true);
		expect(reloaded.unknown).toBeNull();
		expect(new Set(keys).size).toBe(1);
	});
	test('a refusal is an answer: the next try is another one', async () => {
		const keys: string[] = [];
		const pending = new Pending('waste', async (_body: object, key: string) => {
			keys.push(key);
			throw fails(409);
		});
		await pending.send({ lines: 1 });
		expect(pending.problem?.code).toBe('out_of_stock');
		expect(pending.unknown).toBeNull();
		await pending.send({ lines: 1 });
		expect(new Set(keys).size).toBe(2);
	});
});
