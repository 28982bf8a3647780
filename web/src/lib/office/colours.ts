// One colour for each café, the same on every page: by the order in which cafés were made, archived ones included, so
// that neither a new café nor a closed one moves the others' colours.

export const colourCount = 8;

interface Named {
	id: string;
	name: string;
}

/** When a café was made, by its id: ids of version 7 begin with the time. Others (demonstration, imports) came first. */
function madeAt(id: string): number {
	return id[14] === '7' ? parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : 0;
}

/** The place of each café in the order of creation, from 0. */
export function placesOf(cafes: readonly Named[]): Map<string, number> {
	const sorted = [...cafes].sort(
		(a, b) => madeAt(a.id) - madeAt(b.id) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0) || (a.id < b.id ? -1 : 1)
	);
	return new Map(sorted.map((cafe, place) => [cafe.id, place]));
}

/** The token of a place's colour, for `style:--c={…}`. More cafés than colours begin again: the name stands beside it. */
export function colourOf(place: number | undefined): string {
	return place === undefined ? 'var(--muted)' : `var(--cafe-${(place % colourCount) + 1})`;
}

/** Things by their id. */
export function byId<T extends { id: string }>(things: readonly T[]): ReadonlyMap<string, T> {
	return new Map(things.map((thing) => [thing.id, thing]));
}

/** The currencies that cafés sell in, by code. */
export function currenciesOf(cafes: readonly { currency: string }[]): string[] {
	return [...new Set(cafes.map((cafe) => cafe.currency))].sort();
}
