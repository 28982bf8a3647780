// Reads the messages of the catalogues while building: the browser gets them parsed, and no parser.
import { isLiteralElement, parse } from '@formatjs/icu-messageformat-parser';

/** @param {string} text */
function read(text) {
	const message = parse(text);
	return message.every(isLiteralElement) ? message.map((part) => part.value).join('') : message;
}

/** @returns {import('vite').Plugin} */
export function messages() {
	return {
		name: 'messages',
		config: () => ({ resolve: { alias: [{ find: /^@formatjs\/icu-messageformat-parser$/, replacement: '@formatjs/icu-messageformat-parser/no-parser.js' }] } }),
		transform: {
			order: 'pre',
			filter: { id: /\/lib\/texts\/[a-z]+\/[a-z]+\.json$/ },
			handler: (catalogue) => JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(catalogue)).map(([key, text]) => [key, read(text)])))
		}
	};
}
