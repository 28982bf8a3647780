/** Whether the phone itself says that it is connected. It is only sure when it says no. */
import { createSubscriber } from 'svelte/reactivity';

const subscribe = createSubscriber((update) => {
	window.addEventListener('online', update);
	window.addEventListener('offline', update);
	return () => {
		window.removeEventListener('online', update);
		window.removeEventListener('offline', update);
	};
});

export const connection = {
	get online(): boolean {
		subscribe();
		return navigator.onLine;
	}
};
