import adapter from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** @type {import('@sveltejs/kit').Config} */
export default {
	preprocess: vitePreprocess(),
	kit: {
		// One page for every screen; the Go server answers known routes with it.
		adapter: adapter({ pages: 'site', assets: 'site', fallback: 'index.html', strict: true }),
		// The same sources must build the same bytes anywhere: no clock in the build.
		version: { name: 'embedded' },
		serviceWorker: { register: false },
		typescript: { config: (config) => ({ ...config, include: [...config.include, '../scripts/**/*.ts'] }) },
		alias: { $ui: 'src/lib/ui', $api: 'src/lib/api' }
	}
};
