import { sveltekit } from '@sveltejs/kit/vite';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

// Kit's announcer for screen readers hides itself by an inline style, which our content policy refuses. It gets our
// class instead. The build fails if Kit writes it differently one day, rather than shipping a visible announcer.
function announcerWithoutInlineStyle(): Plugin {
	let seen = false;
	return {
		name: 'announcer-without-inline-style',
		transform: {
			order: 'pre',
			handler(code, id) {
				if (!id.includes('/generated/root.svelte')) return null;
				const at = code.replace(/id="svelte-announcer"([^>]*?)style="[^"]*"/s, 'id="svelte-announcer"$1class="sr"');
				if (at === code) return null;
				seen = true;
				return { code: at, map: null };
			}
		},
		buildEnd(error) {
			if (!error && !seen && this.environment?.name === 'client') {
				throw new Error('the announcer in Kit’s root.svelte was not found: look at its inline style again');
			}
		}
	};
}

export default defineConfig({
	plugins: [announcerWithoutInlineStyle(), sveltekit()],
	build: { target: 'es2022', assetsInlineLimit: 0, reportCompressedSize: false },
	server: {
		port: 5173,
		proxy: Object.fromEntries(
			['/api', '/login', '/adminlogin', '/logout', '/session', '/docs', '/openapi.json'].map((path) => [
				path,
				process.env.COFFEE_GATEWAY_URL ?? 'http://localhost:5000'
			])
		)
	},
	test: {
		environment: 'jsdom',
		include: ['src/**/*.test.ts'],
		setupFiles: ['src/test-setup.ts']
	},
	resolve: process.env.VITEST ? { conditions: ['browser'] } : undefined
});
