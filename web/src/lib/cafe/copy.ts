// A new café takes after another: what it does differently from the chain, and what should be on its shelves. Asking twice
// does no harm, so that a copy which broke off is simply begun again.
import { api, ok } from '$api/client';
import { fetchStock } from '../stock/stock.svelte';

export interface Copied {
	entries: number;
	/** Own prices that could not come along: the currency is another. */
	prices: number;
	pars: number;
}

export async function copyCafe(from: { id: string; currency: string }, to: { id: string; currency: string }): Promise<Copied> {
	const overlay = (id: string) => ok(api.admin.GET('/api/v1/cafes/{cafe_id}/overlay', { params: { path: { cafe_id: id } } }));
	const [source, target] = await Promise.all([overlay(from.id), overlay(to.id)]);
	const same = from.currency === to.currency;
	const entries = source.entries.map((one) => (same ? one : { ...one, price: undefined })).filter((one) => one.unavailable || one.price);
	if (entries.length && target.entries.length === 0) {
		await ok(api.admin.PUT('/api/v1/cafes/{cafe_id}/overlay', { params: { path: { cafe_id: to.id } }, body: { entries, version: target.version } }));
	}
	const lines = (await fetchStock('admin', from.id)).filter((line) => line.par > 0 || line.reorder_point > 0);
	for (const line of lines) {
		await ok(
			api.admin.PUT('/api/v1/cafes/{cafe_id}/stock/{ingredient_id}/par', {
				params: { path: { cafe_id: to.id, ingredient_id: line.ingredient_id } },
				body: { par: line.par, reorder_point: line.reorder_point }
			})
		);
	}
	return { entries: entries.length, prices: same ? 0 : source.entries.filter((one) => one.price).length, pars: lines.length };
}
