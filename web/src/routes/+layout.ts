import { texts } from '$lib/texts/index.svelte';
import { theme } from '$lib/theme.svelte';

export const ssr = false;
export const prerender = false;

export async function load() {
	texts.begin();
	theme.begin();
	await texts.need('common', 'problems');
}
