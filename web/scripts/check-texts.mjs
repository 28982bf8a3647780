// Holds every language against English: the same areas and keys, the same arguments, and in each plural the categories
// that the language has (Arabic: six). And the code against the texts: where it names a key, it gives the key's arguments,
// no more and no fewer. Prints what is wrong and fails.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, TYPE } from '@formatjs/icu-messageformat-parser';

const source = new URL('../src/', import.meta.url).pathname;
const root = join(source, 'lib/texts/');
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
/** The end of what opens at i: a bracket's other half, or a string's. */
function closing(code, i) {
	const quote = code[i];
	if (!'([{'.includes(quote)) {
		for (i++; code[i] !== quote; i++) {
			if (code[i] === '\\') i++;
			else if (quote === '`' && code.startsWith('${', i)) i = closing(code, i + 1);
		}
		return i;
	}
	for (i++; !')]}'.includes(code[i]); i++) if ('([{\'"`'.includes(code[i])) i = closing(code, i);
	return i;
}

/** The names in an object that is written out; null where it takes in another one. */
function namesIn(object) {
	const names = [];
	let start = 1;
	const take = (end) => {
		const part = object.slice(start, end).trim();
		if (part) names.push(part.split(':')[0].trim());
		start = end + 1;
	};
	for (let i = 1; i < object.length - 1; i++) {
		if (object[i] === ',') take(i);
		else if ('([{\'"`'.includes(object[i])) i = closing(object, i);
	}
	take(object.length - 1);
	return names.some((name) => name.startsWith('...')) ? null : names.sort().join(', ');
}

let calls = 0;
for (const name of readdirSync(source, { recursive: true })) {
	if (!/\.(svelte|ts)$/.test(name) || name.endsWith('.test.ts')) continue;
	const code = readFileSync(join(source, name), 'utf8');
	for (const call of code.matchAll(/(?<![\w.])t\(\s*'([a-z]+)\.(\w+)'\s*([,)])/g)) {
		const [whole, area, key, after] = call;
		const text = all.en[`${area}.json`]?.[key];
		if (text === undefined) continue; // the compiler's business
		const from = call.index + whole.length + code.slice(call.index + whole.length).search(/\S/);
		if (after === ',' && code[from] !== '{') continue; // values made elsewhere
		const given = after === ',' ? namesIn(code.slice(from, closing(code, from) + 1)) : '';
		const wanted = look('en', `${area}.json ${key}`, text);
		calls++;
		if (given !== null && given !== wanted) faults.push(`${name}: ${area}.${key} is given (${given}), it takes (${wanted})`);
	}
}
const unique = [...new Set(faults)];
unique.forEach((fault) => console.error(fault));
console.log(`texts: ${Object.values(all.en).reduce((n, area) => n + Object.keys(area).length, 0)} keys in ${languages.length} languages, ${calls} uses, ${unique.length} faults`);
process.exit(unique.length ? 1 : 0);
