import { afterAll, describe, expect, it } from 'vitest';
import { texts } from '$lib/texts/index.svelte';
import { lineText } from './words';

const line = (code: string, more: Partial<Parameters<typeof lineText>[0]> = {}) => ({ code, subject: '', before: '', after: '', weekdays: [], ...more });
const plain = (text: string) => text.replace(/[\u2066-\u2069]/g, '');

describe('a change in the reader’s language', () => {
	afterAll(() => texts.choose('en'));
	const cases = [
		line('price', { subject: 'Large', before: 'MAD 25.00' }),
		line('window_added', { subject: 'Happy hour, Large', before: '13:00–16:00', after: 'MAD 20.00', weekdays: [1, 5] }),
		line('overlay', { subject: 'Latte, Large', before: '', after: 'not_sold (MAD 2.00)' }),
		line('station', { after: 'kitchen' })
	];
	it.each([
		['en', ['Large: MAD 25.00 → no price', 'Price windows: + Happy hour, Large, Mon Fri 13:00–16:00: MAD 20.00', 'Latte, Large: as the chain → not sold here (MAD 2.00)', 'Station: none → kitchen']],
		['fr', ['Large : MAD 25.00 → sans prix', 'Prix à certaines heures : + Happy hour, Large, lun. ven. 13:00–16:00 : MAD 20.00', 'Latte, Large : comme la chaîne → pas vendu ici (MAD 2.00)', 'Poste : aucun → kitchen']],
		['ar', ['Large: MAD 25.00 ← بلا سعر', 'أسعار بأوقات: + Happy hour, Large، الاثنين الجمعة 13:00–16:00: MAD 20.00', 'Latte, Large: كما في السلسلة ← لا يُباع هنا (MAD 2.00)', 'المحطة: لا شيء ← kitchen']]
	] as const)('%s', async (locale, want) => {
		await texts.need('menu', 'common');
		await texts.choose(locale);
		expect(cases.map((one) => plain(lineText(one, 'in English')))).toEqual(want);
	});
	it('of a newer server is in English', () => expect(lineText(line('news_from_tomorrow'), 'Something new')).toBe('Something new'));
});
