// Holds every language against English: the same areas and keys, the same arguments, and in each plural the categories
// that the language has (Arabic: six). Prints what is wrong and fails.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, TYPE } from '@formatjs/icu-messageformat-parser';

const root = new URL('../src/lib/texts/', import.meta.url).pathname;
const languages = ['en', 'fr', 'ar'];
const faults = [];

const read = (language) =>
	Object.fromEntries(
		readdirSync(join(root, language))
			.filter((name) => name.endsWith('.json'))
			.map((name) => [name, JSON.parse(readFileSync(join(root, language, name), 'utf8'))])
	);

function look(language, where, text) {
	const names = new Set();
	const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
	const visit = (elements) => {
		for (const element of elements) {
			if (element.type !== TYPE.literal && element.type !== TYPE.pound && element.value) names.add(element.value);
			if (element.type === TYPE.plural) {
				for (const category of categories) {
					if (!element.options[category] && element.pluralType !== 'ordinal') {
						faults.push(`${language}/${where}: plural of ${element.value} lacks “${category}”`);
					}
				}
			}
			for (const option of Object.values(element.options ?? {})) visit(option.value);
			if (element.children) visit(element.children);
		}
	};
	try {
		visit(parse(text));
	} catch (error) {
		faults.push(`${language}/${where}: ${error.message}`);
	}
	return [...names].sort().join(', ');
}

const all = Object.fromEntries(languages.map((language) => [language, read(language)]));
for (const language of languages) {
	for (const [name, english] of Object.entries(all.en)) {
		const texts = all[language][name] ?? {};
		for (const [key, text] of Object.entries(english)) {
			const where = `${name} ${key}`;
			if (typeof texts[key] !== 'string' || texts[key].trim() === '') {
				faults.push(`${language}/${where}: missing`);
				continue;
			}
			const wanted = look('en', where, text);
			const found = look(language, where, texts[key]);
			if (found !== wanted) faults.push(`${language}/${where}: takes (${found}), English takes (${wanted})`);
		}
		for (const key of Object.keys(texts)) if (!(key in english)) faults.push(`${language}/${name} ${key}: not in English`);
	}
	for (const name of Object.keys(all[language])) if (!(name in all.en)) faults.push(`${language}/${name}: no such area in English`);
}
const unique = [...new Set(faults)];
unique.forEach((fault) => console.error(fault));
console.log(`texts: ${Object.values(all.en).reduce((n, area) => n + Object.keys(area).length, 0)} keys in ${languages.length} languages, ${unique.length} faults`);
process.exit(unique.length ? 1 : 0);
