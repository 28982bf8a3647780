/** The names of drafts kept on this device that begin so: for marks in lists. */
export function keptDrafts(prefix: string): Set<string> {
	const found = new Set<string>();
	try {
		for (let i = 0; i < localStorage.length; i++) {
			const key = localStorage.key(i) ?? '';
			if (key.startsWith(`coffee.draft.${prefix}`) && localStorage.getItem(key) !== 'null') found.add(key.slice(`coffee.draft.${prefix}`.length));
		}
	} catch {
		// No storage, no drafts.
	}
	return found;
}
