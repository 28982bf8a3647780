import { beforeAll, describe, expect, it } from 'vitest';
import type { Schemas } from '$api/client';
import { texts } from '$lib/texts/index.svelte';
import { details, headline, shortHash } from './journal';

beforeAll(() => texts.need('office', 'common'));
const name = (id: string | undefined) => (id === 'n' ? 'Nadia' : id === 'o' ? 'Omar' : 'nobody');
const entry = (event: Partial<Schemas['Event']>) => ({ kind: event.kind, event }) as Schemas['JournalEntry'];

it('a hash is eight digits', () => {
	expect(shortHash(btoa('\x00\xffAB and more'))).toBe('00ff4142');
	expect(shortHash('not base64!')).toBe('');
});

describe('in words', () => {
	it.each(['placed', 'imported', 'settled', 'relabelled', 'advanced', 'voided', 'refunded', 'cancelled', 'collected', 'problem', 'acknowledged'])('%s', (kind) => {
		const said = headline(entry({ kind, person_id: 'n' }), name);
		expect(said).not.toContain('office.');
		expect(said.length).toBeGreaterThan(5);
	});
	it('a kind that is newer than the page is shown as it is', () => expect(headline(entry({ kind: 'blessed', person_id: 'n' }), name)).toBe('blessed · Nadia'));
	it('says what became of lines, money and why', () => {
		const event = {
			kind: 'refunded', currency: 'MAD', reason: 'cold', approved_by: 'o',
			lines: [{ quantity: -1, item_name: 'Latte', variation_name: 'L', total: -2900, to: 'waste' }],
			tenders: [{ kind: 'cash', amount: -2900 }]
		} as unknown as Schemas['Event'];
		expect(details(event, name)).toEqual(['1 × Latte L → Waste', 'Sales: -29.00 MAD', 'Cash -29.00 MAD', 'Because: cold', 'Approved by Omar']);
	});
	it('nothing to say of nothing', () => expect(details(undefined, name)).toEqual([]));
});
