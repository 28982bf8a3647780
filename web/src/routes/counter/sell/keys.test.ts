import { describe, expect, it } from 'vitest';
import { keyOf } from './keys';

const press = (key: string, target: HTMLElement = document.body, more = {}) =>
	keyOf({ key, target, ctrlKey: false, metaKey: false, altKey: false, repeat: false, ...more });
const input = (value: string, hint = '') => {
	const made = document.createElement('input');
	made.value = value;
	if (hint) made.setAttribute('enterkeyhint', hint);
	return made;
};

describe('keys', () => {
	it.each([
		['/', { do: 'search', text: '' }],
		['l', { do: 'search', text: 'l' }],
		['é', { do: 'search', text: 'é' }],
		['ل', { do: 'search', text: 'ل' }],
		['?', { do: 'keys' }],
		['Enter', { do: 'pay' }],
		['3', { do: 'quantity', n: 3 }],
		['0', null],
		['+', { do: 'more-less', n: 1 }],
		['-', { do: 'more-less', n: -1 }],
		['ArrowDown', { do: 'step', n: 1 }],
		['Delete', { do: 'remove' }],
		['Escape', { do: 'close' }],
		['F5', null],
		['Tab', null]
	])('%s', (key, want) => expect(press(key)).toEqual(want));

	it('leaves shortcuts of the browser alone', () => expect(press('r', document.body, { ctrlKey: true })).toBeNull());
	it('pays once when Enter is held down', () => expect(press('Enter', document.body, { repeat: true })).toBeNull());
	it('leaves writing alone', () => expect(press('3', input('x'))).toBeNull());
	it('pays from a field that is no search', () => expect(press('Enter', input('Zineb'))).toEqual({ do: 'pay' }));
	it('lets the search add its first hit', () => expect(press('Enter', input('lat', 'done'))).toBeNull());
	it('pays from an empty search', () => expect(press('Enter', input('', 'done'))).toEqual({ do: 'pay' }));
});
