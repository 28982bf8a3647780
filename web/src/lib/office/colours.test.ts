import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { colourCount, colourOf, placesOf } from './colours';

const demonstration = [
	{ id: '9b1f0000-0000-8000-8000-000000000001', name: 'Café Salam' },
	{ id: '1b1f0000-0000-8000-8000-000000000002', name: 'Agadir Bay' }
];
const later = { id: '0192f0e0-0000-7000-8000-000000000000', name: 'Aaa, made later' };
const latest = { id: '0192f0e1-0000-7000-8000-000000000000', name: 'A, made last' };

describe('the place of a café', () => {
	it('is its place in the order of creation, whatever order they come in', () => {
		const want = ['Agadir Bay', 'Café Salam', 'Aaa, made later', 'A, made last'];
		for (const cafes of [[latest, later, ...demonstration], [...demonstration, later, latest]]) {
			const places = placesOf(cafes);
			expect([...places].sort((a, b) => a[1] - b[1]).map(([id]) => cafes.find((c) => c.id === id)!.name)).toEqual(want);
		}
	});
	it('does not move when another café is made', () => {
		const before = placesOf([...demonstration, later]);
		const after = placesOf([...demonstration, later, latest]);
		for (const [id, place] of before) expect(after.get(id)).toBe(place);
	});
});

it('begins again after the last colour, and has none for a stranger', () => {
	expect(colourOf(0)).toBe('var(--cafe-1)');
	expect(colourOf(colourCount)).toBe('var(--cafe-1)');
	expect(colourOf(undefined)).toBe('var(--muted)');
});

// Names of cafés are written in their colour, so it must carry text (4.5), not only marks (3).
describe('the colours in app.css', () => {
	const css = readFileSync('src/app.css', 'utf8');
	const [lightCss, darkCss] = css.split('[data-theme="dark"] {') as [string, string];
	const token = (part: string, name: string) => new RegExp(`--${name}: (#[0-9A-F]{6})`, 'i').exec(part)![1]!;
	const luminance = (hex: string) => {
		const [r, g, b] = [1, 3, 5].map((at) => {
			const c = parseInt(hex.slice(at, at + 2), 16) / 255;
			return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
		}) as [number, number, number];
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const contrast = (a: string, b: string) => {
		const [x, y] = [luminance(a), luminance(b)].sort((m, n) => n - m) as [number, number];
		return (x + 0.05) / (y + 0.05);
	};
	for (const [theme, part] of [['light', lightCss], ['dark', darkCss]] as const) {
		for (const ground of ['paper', 'surface']) {
			it(`${theme} on ${ground}`, () => {
				const seen = new Set<string>();
				for (let n = 1; n <= colourCount; n++) {
					const colour = token(part, `cafe-${n}`);
					seen.add(colour);
					expect(contrast(colour, token(part, ground)), `cafe-${n} ${colour}`).toBeGreaterThanOrEqual(4.5);
				}
				expect(seen.size).toBe(colourCount);
			});
		}
	}
});
