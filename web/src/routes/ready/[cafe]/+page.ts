import { texts } from '$lib/texts/index.svelte';

export const load = async ({ params }: { params: { cafe: string } }) => {
	await texts.need('bar');
	return { cafe: params.cafe };
};
