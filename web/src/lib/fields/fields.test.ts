import { fireEvent, render, screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { expect, test } from 'vitest';
import MoneyField from './MoneyField.svelte';
import NumberField from './NumberField.svelte';
import QuantityField from './QuantityField.svelte';

const field = (label: string) => screen.getByLabelText(label) as HTMLInputElement;
async function type(label: string, text: string) {
	await fireEvent.input(field(label), { target: { value: text } });
	await tick();
}

test('what is being typed is never taken away', async () => {
	render(MoneyField, { label: 'Price', currency: 'MAD', value: null });
	for (const text of ['2', '25', '25.', '25.5', 'thirty', '']) {
		await type('Price', text);
		expect(field('Price').value).toBe(text);
	}
});

test('what changes from outside is shown', async () => {
	const view = render(NumberField, { label: 'Packs', value: 2, most: 10 });
	await type('Packs', '3');
	await view.rerender({ value: 7 });
	expect(field('Packs').value).toBe('7');
	await view.rerender({ value: null });
	expect(field('Packs').value).toBe('');
});

test('a quantity changes with its unit, and shows what is set as a shelf says it', async () => {
	const view = render(QuantityField, { label: 'Came', unit: 'ml', value: null, prefer: 'big' });
	await type('Came', '2.4');
	expect(field('Came').value).toBe('2.4');
	await view.rerender({ value: 500_000 });
	expect(field('Came').value).toBe('500');
	await view.rerender({ value: 1_500_000 });
	expect(field('Came').value).toBe('1.5');
});
