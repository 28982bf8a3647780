import { redirect } from '@sveltejs/kit';
import { texts } from '$lib/texts/index.svelte';

export async function load({ url }) {
	// The code on a café's door or table: /?cafe=…&table=4.
	const cafe = url.searchParams.get('cafe');
	if (cafe) {
		const table = url.searchParams.get('table');
		redirect(307, `/order/${encodeURIComponent(cafe)}${table ? `?table=${encodeURIComponent(table)}` : ''}`);
	}
	await texts.need('order');
}
