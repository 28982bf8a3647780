/** Every page of a list that the server gives in pages. */
export async function allPages<P extends { next_cursor: string }, T>(
	ask: (cursor: string) => Promise<P>,
	take: (page: P) => readonly T[]
): Promise<T[]> {
	const all: T[] = [];
	let cursor = '';
	do {
		const page = await ask(cursor);
		all.push(...take(page));
		cursor = page.next_cursor;
	} while (cursor);
	return all;
}
