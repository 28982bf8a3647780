import type { Attachment } from 'svelte/attachments';

/** Held this long a press is a long one. */
export const longPress = 500;
const wobble = 12;

/**
 * A long press, and what stands for it elsewhere: the right button, the menu key, Shift+F10. The tap that ends a long
 * press does nothing.
 */
export function held(open: () => void): Attachment<HTMLElement> {
	return (node) => {
		let timer: ReturnType<typeof setTimeout> | undefined;
		let from = { x: 0, y: 0 };
		let swallow = false;
		const stop = () => clearTimeout(timer);
		const down = (event: PointerEvent) => {
			swallow = false;
			if (event.button !== 0) return;
			from = { x: event.clientX, y: event.clientY };
			stop();
			timer = setTimeout(() => {
				swallow = true;
				open();
			}, longPress);
		};
		const move = (event: PointerEvent) => {
			if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > wobble) stop();
		};
		const menu = (event: Event) => {
			event.preventDefault();
			stop();
			if (swallow) return;
			swallow = (event as PointerEvent).pointerType === 'touch';
			open();
		};
		const click = (event: Event) => {
			if (!swallow) return;
			swallow = false;
			event.preventDefault();
			event.stopImmediatePropagation();
		};
		node.addEventListener('pointerdown', down);
		node.addEventListener('pointermove', move);
		for (const end of ['pointerup', 'pointercancel', 'pointerleave']) node.addEventListener(end, stop);
		node.addEventListener('contextmenu', menu);
		node.addEventListener('click', click, true);
		return () => {
			stop();
			node.removeEventListener('pointerdown', down);
			node.removeEventListener('pointermove', move);
			for (const end of ['pointerup', 'pointercancel', 'pointerleave']) node.removeEventListener(end, stop);
			node.removeEventListener('contextmenu', menu);
			node.removeEventListener('click', click, true);
		};
	};
}
