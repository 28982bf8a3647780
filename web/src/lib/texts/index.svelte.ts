// Every word a person reads comes from a catalogue: src/lib/texts/<language>/<area>.json, ICU messages by key. English
// gives the keys their types; scripts/check-texts.mjs holds the other languages against it.
import { IntlMessageFormat } from 'intl-messageformat';
import { isArgumentElement, isLiteralElement, type MessageFormatElement } from '@formatjs/icu-messageformat-parser';

export const locales = ['en', 'fr', 'ar'] as const;
export type Locale = (typeof locales)[number];

/** What each language calls itself. */
export const localeNames: Record<Locale, string> = { en: 'English', fr: 'Français', ar: 'العربية' };

/** One catalogue for each area of the application; a screen loads what it needs. */
interface Catalogues {
	common: typeof import('./en/common.json');
	problems: typeof import('./en/problems.json');
	order: typeof import('./en/order.json');
	counter: typeof import('./en/counter.json');
	orders: typeof import('./en/orders.json');
	bar: typeof import('./en/bar.json');
	office: typeof import('./en/office.json');
	menu: typeof import('./en/menu.json');
	stock: typeof import('./en/stock.json');
	cafes: typeof import('./en/cafes.json');
	edit: typeof import('./en/edit.json');
}

export type Area = keyof Catalogues;
export type Key = { [A in Area]: `${A}.${Extract<keyof Catalogues[A], string>}` }[Area];
export type Values = Record<string, string | number | boolean | Date>;

/** As scripts/messages.mjs leaves it: what has no arguments is its text. */
type Catalogue = Record<string, string | MessageFormatElement[]>;

const files = import.meta.glob<Catalogue>('./*/*.json', { import: 'default' });

/** A sentence that only names its values, which is most of them: Intl's tables cost a phone a tenth of a second. */
function filled(message: MessageFormatElement[], values: Values = {}): string | null {
	let text = '';
	for (const part of message) {
		if (isLiteralElement(part)) text += part.value;
		else if (isArgumentElement(part)) text += String(values[part.value] ?? '');
		else return null;
	}
	return text;
}

class Texts {
	locale = $state<Locale>('en');
	private loaded = $state.raw<Partial<Record<Area, Catalogue>>>({});
	private formats = new Map<string, IntlMessageFormat>();

	/** For Intl: Arabic with the figures of the till and the receipt. */
	get tag(): string {
		return this.locale === 'ar' ? 'ar-u-nu-latn' : this.locale;
	}

	get dir(): 'ltr' | 'rtl' {
		return this.locale === 'ar' ? 'rtl' : 'ltr';
	}

	/** Loads areas in the language now chosen; call it in a layout's load. */
	async need(...areas: Area[]): Promise<void> {
		const locale = this.locale;
		await Promise.all(
			areas
				.filter((area) => !this.loaded[area])
				.map(async (area) => {
					const texts = await files[`./${locale}/${area}.json`]!();
					if (this.locale === locale) this.loaded = { ...this.loaded, [area]: texts };
				})
		);
	}

	/** Changes the language of everything on the screen and remembers it. */
	async choose(locale: Locale): Promise<void> {
		const areas = Object.keys(this.loaded) as Area[];
		const texts = await Promise.all(areas.map((area) => files[`./${locale}/${area}.json`]!()));
		this.formats.clear();
		this.locale = locale;
		this.loaded = Object.fromEntries(areas.map((area, i) => [area, texts[i]!]));
		document.documentElement.lang = locale;
		document.documentElement.dir = this.dir;
		try {
			localStorage.setItem('coffee.locale', locale);
		} catch {
			// Without storage the choice lasts as long as the page.
		}
	}

	/** Takes the language that start.js has found for the page. */
	begin(): void {
		const lang = document.documentElement.lang as Locale;
		if (locales.includes(lang)) this.locale = lang;
	}

	private find(key: string) {
		const dot = key.indexOf('.');
		return this.loaded[key.slice(0, dot) as Area]?.[key.slice(dot + 1)];
	}

	/** Whether a key made from data is in the catalogues that are here. */
	has(key: string): key is Key {
		return this.find(key) !== undefined;
	}

	format(key: string, values?: Values): string {
		const message = this.find(key) ?? key;
		if (typeof message === 'string') return message;
		const plain = filled(message, values);
		if (plain !== null) return plain;
		let format = this.formats.get(key);
		if (!format) this.formats.set(key, (format = new IntlMessageFormat(message, this.tag)));
		return String(format.format(values));
	}
}

export const texts = new Texts();

/** The text of a key in the reader's language: `t('order.add', { count: 2 })`. */
export const t = (key: Key, values?: Values): string => texts.format(key, values);
