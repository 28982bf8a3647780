import { sveltekit } from '@sveltejs/kit/vite';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { cutFonts } from './scripts/fonts.mjs';
import { messages } from './scripts/messages.mjs';
import { preloads } from './scripts/preloads.mjs';

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
	plugins: [cutFonts(), messages(), preloads(), announcerWithoutInlineStyle(), sveltekit()],
	build: {
		target: 'es2022',
		assetsInlineLimit: 0,
		reportCompressedSize: false,
		rolldownOptions: {
			output: {
				codeSplitting: {
					// What is needed together comes in one piece: thirty small ones cost their heads, wait for each other where a
					// browser has six connections, and pack worse.
					groups: [
						{ name: 'base', test: /rolldown\/runtime|node_modules\/(svelte|@sveltejs|esm-env|devalue|clsx|intl-messageformat|@formatjs|openapi-fetch)\/|src\/app\.css|src\/lib\/((clock|day|format|ids|kept|pages|problem-text|reach|session|theme)\.|api\/|menu\/(cart|price)|texts\/index|ui\/(Drawing|Failing|Icon|Loading|Money|Notice|Preferences)\.)/ },
						{ name: 'ahead', test: /src\/routes\/order\/(connection|distance|here|opening|progress|saved|words)\./ },
						{ name: (id: string) => /texts\/(..)\/(common|problems)\.json/.exec(id)?.[1] ?? null, test: /texts\/..\/(common|problems)\.json/ }
					]
				}
			}
		}
	},
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
