/** The time now, to the second, for everything on a screen that ages. One timer, running while somebody looks at it. */
import { createSubscriber } from 'svelte/reactivity';

let at = Date.now();
const subscribe = createSubscriber((update) => {
	const tick = () => {
		at = Date.now();
		update();
	};
	tick();
	const timer = setInterval(tick, 1000);
	return () => clearInterval(timer);
});

export const clock = {
	get now(): number {
		subscribe();
		return at;
	}
};
