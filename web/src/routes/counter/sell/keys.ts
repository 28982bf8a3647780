// What a key means on the selling screen. Typing letters searches; everything else has one key.
export type KeyAction =
	| { do: 'search'; text: string }
	| { do: 'keys' | 'pay' | 'remove' | 'close' }
	| { do: 'quantity' | 'more-less' | 'step'; n: number };

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'repeat' | 'target'>;

export function keyOf(event: Pressed): KeyAction | null {
	if (event.ctrlKey || event.metaKey || event.altKey) return null;
	const at = event.target as HTMLElement | null;
	const writing = at?.matches?.('input, textarea, select') ?? false;
	const { key } = event;
	if (key === 'Enter') {
		if (event.repeat) return null;
		// A button reached by keyboard is pressed; an empty search box has nothing to add.
		if (at?.matches?.('button:focus-visible, a:focus-visible, select, textarea')) return null;
		return writing && (at as HTMLInputElement).value !== '' && at?.getAttribute('enterkeyhint') === 'done' ? null : { do: 'pay' };
	}
	if (writing) return null;
	if (key === '/') return { do: 'search', text: '' };
	if (key === '?') return { do: 'keys' };
	if (key === 'Escape') return { do: 'close' };
	if (/^[1-9]$/.test(key)) return { do: 'quantity', n: Number(key) };
	if (key === '+' || key === '-') return { do: 'more-less', n: key === '+' ? 1 : -1 };
	if (key === 'ArrowDown' || key === 'ArrowUp') return at?.matches?.('[role="radio"], [role="menuitem"], [data-toggle-group-item]') ? null : { do: 'step', n: key === 'ArrowDown' ? 1 : -1 };
	if (key === 'Delete' || key === 'Backspace') return { do: 'remove' };
	if (/^\p{L}$/u.test(key)) return { do: 'search', text: key };
	return null;
}
