// Cuts the faces to what the application shows: the ranges and weights that app.css declares for them, and the features
// it switches on. A face was the heaviest thing that a phone fetched; this halves it.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
// @ts-expect-error the package has no types of its own
import subset from 'subset-font';

const packages = ['@fontsource-variable/inter', '@fontsource-variable/cairo'];
/** What the Latin faces keep of the font's features. Arabic letters join by features: there all of them stay. */
const latin = ['kern', 'mark', 'ccmp', 'locl', 'tnum', 'cv05', 'ss03'];

/** @param {string} path from the folder web */
const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** @param {string} css U+0000-00FF, U+0131 … */
function characters(css) {
	return css
		.split(',')
		.flatMap((range) => {
			const [first = 0, last = first] = range.trim().replace('U+', '').split('-').map((code) => parseInt(code, 16));
			return Array.from({ length: last - first + 1 }, (_, i) => String.fromCodePoint(first + i));
		})
		.join('');
}

/** @param {string} css of app.css */
function declared(css) {
	const face = /@font-face {[^}]*?font-weight: (\d+) (\d+);[^}]*?url\("\.\.\/\.fonts\/([^"]+)"\)[^}]*?unicode-range: ([^;]+);/g;
	return [...css.matchAll(face)].map(([, min, max, file = '', range = '']) => ({
		file, weights: { min: Number(min), max: Number(max) }, characters: characters(range)
	}));
}

/**
 * Writes the cut faces into web/.fonts, where app.css finds them.
 * @returns {import('vite').Plugin}
 */
export function cutFonts() {
	return {
		name: 'cut-fonts',
		async buildStart() {
			await mkdir(at('.fonts'), { recursive: true });
			for (const face of declared(await readFile(at('src/app.css'), 'utf8'))) {
				const from = packages.find((name) => face.file.startsWith(`${name.split('/')[1]}-`));
				const cut = await subset(await readFile(at(`node_modules/${from}/files/${face.file}`)), face.characters, {
					targetFormat: 'woff2',
					variationAxes: { wght: face.weights },
					keepFeatures: face.file.includes('arabic') ? undefined : latin
				});
				await writeFile(at(`.fonts/${face.file}`), cut);
			}
		}
	};
}
