// Two people edit one thing. What only one of them changed is taken; what both changed differently is asked.

export interface Clash {
	/** From the outside in: ["variations", "<id>", "prices"]. */
	path: string[];
	mine: unknown;
	theirs: unknown;
}

export interface Merged<T> {
	merged: T;
	clashes: Clash[];
	/** What they changed and I did not: taken as it is, but worth a word. */
	taken: string[][];
}

type Tree = Record<string, unknown>;

export const same = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

// Keys in order, and what is unset is not there: the server leaves empty things out, a form does not.
function canonical(value: unknown): string {
	return JSON.stringify(value, (_key, v: unknown) =>
		isTree(v) ? Object.fromEntries(Object.keys(v).sort().map((key) => [key, v[key]])) : v
	) ?? '';
}

const isTree = (v: unknown): v is Tree => typeof v === 'object' && v !== null && !Array.isArray(v);

function ids(v: unknown): string[] | null {
	if (!Array.isArray(v) || v.length === 0) return null;
	const found = v.map((one: unknown) => (isTree(one) && typeof one.id === 'string' ? one.id : ''));
	return found.every(Boolean) ? found : null;
}

/**
 * Merges at the depth where the changes are: objects by member, lists of things with ids by thing as long as nobody added,
 * removed or moved one. `choose` answers clashes already settled: true takes theirs.
 */
export function mergeThree<T>(base: T, mine: T, theirs: T, choose: (path: string[]) => boolean | undefined = () => undefined): Merged<T> {
	const clashes: Clash[] = [];
	const taken: string[][] = [];
	const visit = (b: unknown, m: unknown, o: unknown, path: string[]): unknown => {
		if (same(m, o) || same(b, o)) return m;
		if (same(b, m)) {
			taken.push(path);
			return o;
		}
		if (isTree(b) && isTree(m) && isTree(o)) {
			const keys = new Set([...Object.keys(m), ...Object.keys(o)]);
			return Object.fromEntries(
				[...keys].map((key) => [key, visit(b[key], m[key], o[key], [...path, key])]).filter(([, v]) => v !== undefined)
			);
		}
		const [bi, mi, oi] = [ids(b), ids(m), ids(o)];
		if (bi && mi && oi && same(bi, mi) && same(bi, oi)) {
			return mi.map((id, i) => visit((b as unknown[])[i], (m as unknown[])[i], (o as unknown[])[i], [...path, id]));
		}
		clashes.push({ path, mine: m, theirs: o });
		return choose(path) ? o : m;
	};
	return { merged: visit(base, mine, theirs, []) as T, clashes, taken };
}
