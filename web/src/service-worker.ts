/// <reference no-default-lib="true"/>
/// <reference lib="esnext" />
/// <reference lib="webworker" />
/// <reference types="@sveltejs/kit" />
// Keeps the shell and the menu, so that a page opens where the network does not. It never answers for anything that
// must be true now: orders, money, stock and sessions always ask the server.
import { build, files } from '$service-worker';

const worker = self as unknown as ServiceWorkerGlobalScope;

// The names of built files hold their content's hash: another build is another cache.
const cacheName = `coffee-${hash([...build, ...files].join('\n'))}`;
const shell = '/index.html';
const dataCache = 'coffee-menu';
/** What may be shown from an hour ago when the server is out of reach: the menu and where the cafés are. */
const keptData = [/^\/api\/v1\/cafes$/, /^\/api\/v1\/cafes\/[^/]+$/, /^\/api\/v1\/cafes\/[^/]+\/(menu|allergens|best-sellers)$/];

function hash(text: string): string {
	let h = 0x811c9dc5;
	for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0;
	return h.toString(36);
}

worker.addEventListener('install', (event) => {
	event.waitUntil(
		(async () => {
			const cache = await caches.open(cacheName);
			await cache.addAll([shell, '/start.js', '/manifest.webmanifest', '/icon.svg']);
			await worker.skipWaiting();
		})()
	);
});

worker.addEventListener('activate', (event) => {
	event.waitUntil(
		(async () => {
			for (const name of await caches.keys()) if (name !== cacheName && name !== dataCache) await caches.delete(name);
			await worker.clients.claim();
		})()
	);
});

worker.addEventListener('fetch', (event) => {
	const { request } = event;
	const url = new URL(request.url);
	if (request.method !== 'GET' || url.origin !== worker.location.origin) return;
	if (url.pathname.startsWith('/_app/immutable/') || files.includes(url.pathname)) {
		event.respondWith(fromCache(request));
	} else if (request.mode === 'navigate' && !url.pathname.startsWith('/docs')) {
		event.respondWith(page(request));
	} else if (keptData.some((pattern) => pattern.test(url.pathname))) {
		event.respondWith(freshElseKept(request));
	}
});

async function fromCache(request: Request): Promise<Response> {
	const cache = await caches.open(cacheName);
	const kept = await cache.match(request);
	if (kept) return kept;
	const answer = await fetch(request);
	if (answer.ok) await cache.put(request, answer.clone());
	return answer;
}

async function page(request: Request): Promise<Response> {
	try {
		return await fetch(request);
	} catch (offline) {
		const kept = await (await caches.open(cacheName)).match(shell);
		if (kept) return kept;
		throw offline;
	}
}

async function freshElseKept(request: Request): Promise<Response> {
	const cache = await caches.open(dataCache);
	// The same for everybody who may read it, so the seat that asks makes no difference.
	const key = request.url;
	try {
		const answer = await fetch(request);
		if (answer.ok) await cache.put(key, answer.clone());
		return answer.status >= 502 ? ((await cache.match(key)) ?? answer) : answer;
	} catch (offline) {
		const kept = await cache.match(key);
		if (kept) return kept;
		throw offline;
	}
}
