// Writes down which built files each screen begins with, so that the server can name them in the head of its answer: a
// browser then fetches them at once, and not one layer after the other.

/** What a path of the server's table begins with: the page, the layouts above it, and the areas of its texts. */
const screens = {
	'/': { page: '+page.svelte', above: ['+layout.svelte', '+page.ts'], texts: ['order'] },
	'/order': { page: 'order/[cafe]/+page.svelte', above: ['+layout.svelte', 'order/[cafe]/+layout.svelte'], texts: ['order'] },
	'/counter': { page: 'counter/+page.svelte', above: ['+layout.svelte'], texts: ['counter'] },
	'/bar': { page: 'bar/+page.svelte', above: ['+layout.svelte'], texts: ['bar'] },
	'/ready': { page: 'ready/[cafe]/+page.svelte', above: ['+layout.svelte'], texts: ['bar'] },
	'/admin': { page: 'admin/+page.svelte', above: ['+layout.svelte', 'admin/+layout.svelte'], texts: ['office'] }
};
const languages = ['en', 'fr', 'ar'];
const ofAll = ['common', 'problems'];

/** @returns {import('vite').Plugin} */
export function preloads() {
	return {
		name: 'preloads',
		generateBundle(_, bundle) {
			if (this.environment.name !== 'client') return;
			const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
			/** @param {string} module below src */
			const holding = (module) => {
				const chunk = chunks.find((one) => one.moduleIds.some((id) => id.endsWith(`/src/${module}`)));
				if (!chunk) throw new Error(`preloads: nothing is built from src/${module}`);
				return chunk;
			};
			/** @param {string[]} modules */
			const files = (modules) => {
				const found = new Set();
				/** @param {import('vite').Rollup.OutputChunk} chunk */
				const take = (chunk) => {
					if (found.has(chunk.fileName)) return;
					found.add(chunk.fileName);
					for (const css of chunk.viteMetadata?.importedCss ?? []) found.add(css);
					for (const name of chunk.imports) {
						const next = bundle[name];
						if (next?.type === 'chunk') take(next);
					}
				};
				for (const module of modules) take(holding(module));
				return [...found].map((name) => `/${name}`).sort();
			};
			const table = Object.fromEntries(
				Object.entries(screens).map(([path, { page, above, texts }]) => [
					path,
					{
						files: files([page, ...above].map((name) => `routes/${name}`)),
						texts: Object.fromEntries(languages.map((language) => [language, files([...ofAll, ...texts].map((area) => `lib/texts/${language}/${area}.json`))]))
					}
				])
			);
			this.emitFile({ type: 'asset', fileName: 'preloads.json', source: JSON.stringify(table, null, '\t') });
		}
	};
}
