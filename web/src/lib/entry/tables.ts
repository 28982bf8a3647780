/**
 * The tables of a café as one writes them down: "1-12, Terrace 1-4, Bar" is 17 names. Ranges keep the word before them,
 * names are not repeated, and more than `most` is cut off so that a slip ("1-10000") prints no book.
 */
export function tableNames(text: string, most = 300): string[] {
	const names = new Set<string>();
	for (const raw of text.split(/[,;\n،؛]/)) {
		const part = raw.trim().replace(/\s+/g, ' ').slice(0, 40);
		if (!part) continue;
		const range = /^(.*?)(\d{1,4})\s*[-–—]\s*(\d{1,4})$/.exec(part);
		const from = Number(range?.[2]);
		const to = Number(range?.[3]);
		if (!range || to < from) {
			names.add(part);
		} else {
			for (let n = from; n <= to && names.size < most; n++) names.add(`${range[1]}${n}`);
		}
		if (names.size >= most) break;
	}
	return [...names].slice(0, most);
}

/** Where a phone goes that reads the code. */
export function tableAddress(base: string, cafe: string, table = ''): string {
	const address = new URL('/', base);
	address.searchParams.set('cafe', cafe);
	if (table) address.searchParams.set('table', table);
	return address.href;
}
