// The list to choose a café from.
import type { Schemas } from '$api/client';
import { plain } from '$lib/menu/catalogue';
import { metresBetween, pointOf, type Point } from './distance';

export type Cafe = Schemas['Cafe'];

export interface Cafes {
	cafes: Cafe[];
	/** There are more than these. */
	more: boolean;
}

interface PageRequest {
	query?: string;
	limit: number;
	cursor?: string;
}
type Page = { cafes: Cafe[]; next_cursor?: string };

const pageSize = 200;
/** "Nearest" is only true of all of them: so many pages are fetched for it. */
const pagesForNear = 10;

/** Loads a page by name, or all of them to find the nearest. */
export async function loadCafes(query: string, all: boolean, load: (request: PageRequest) => Promise<Page>): Promise<Cafes> {
	const cafes: Cafe[] = [];
	let cursor = '';
	for (let page = 0; page < (all ? pagesForNear : 1); page++) {
		const answer = await load({ limit: pageSize, ...(query ? { query } : {}), ...(cursor ? { cursor } : {}) });
		cafes.push(...answer.cafes);
		cursor = answer.next_cursor ?? '';
		if (!cursor) break;
	}
	return { cafes, more: cursor !== '' };
}

export interface Ranked {
	cafe: Cafe;
	metres: number | null;
	/** The café of last time. */
	last: boolean;
}

/** What is not known is beyond all that is; finite, as Infinity less itself is no order. */
const far = ({ metres }: Ranked) => metres ?? Number.MAX_SAFE_INTEGER;

/** What fits the words, nearest first where both places are known, else the café of last time and then as they came: by name. */
export function ranked(cafes: readonly Cafe[], query: string, lastId: string, from: Point | null): Ranked[] {
	const words = plain(query).split(/\s+/).filter(Boolean);
	return cafes
		.filter((cafe) => !cafe.archived_at)
		.filter((cafe) => words.every((word) => plain(`${cafe.name} ${cafe.city} ${cafe.address}`).includes(word)))
		.map((cafe) => {
			const there = pointOf(cafe);
			return { cafe, metres: from && there ? metresBetween(from, there) : null, last: cafe.id === lastId };
		})
		.sort((a, b) => (from ? far(a) - far(b) : Number(b.last) - Number(a.last)));
}
