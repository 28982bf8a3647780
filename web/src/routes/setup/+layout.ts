import { texts } from '$lib/texts/index.svelte';

export const load = () => texts.need('office');
