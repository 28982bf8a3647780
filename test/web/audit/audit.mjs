// Runs Lighthouse on pages in a browser that is there already, signed in to whatever it is signed in to. Reads what to
// do as JSON from standard input and writes what it found as JSON to standard output; Go does the rest (audit_test.go).
import lighthouse, { desktopConfig } from 'lighthouse';
import { text } from 'node:stream/consumers';

const { port, categories, pages } = JSON.parse(await text(process.stdin));
const results = [];
for (const page of pages) {
	const flags = {
		port,
		onlyCategories: categories,
		output: 'json',
		logLevel: 'error',
		// The board listens for as long as it is open: waiting for silence is waiting for nothing.
		maxWaitForLoad: 15000
	};
	const all = [];
	for (let i = 0; i < (page.runs || 1); i++) {
		all.push((await lighthouse(page.url, flags, page.desk ? desktopConfig : undefined)).lhr);
	}
	all.sort((a, b) => (a.categories.performance?.score ?? 0) - (b.categories.performance?.score ?? 0));
	const lhr = all[Math.floor(all.length / 2)]; // one run of several: the one in the middle
	const faults = [];
	for (const name of ['accessibility', 'best-practices']) {
		for (const { id, weight } of lhr.categories[name]?.auditRefs ?? []) {
			const audit = lhr.audits[id];
			if (weight === 0 || audit.score === null || audit.score === 1) continue;
			const items = (audit.details?.items ?? []).slice(0, 5).map((i) => i.node?.snippet ?? i.description ?? i.source ?? i.url ?? JSON.stringify(i));
			faults.push(`${id}: ${audit.title} ${items.join(' ; ').slice(0, 600)}`);
		}
	}
	const value = (id) => lhr.audits[id]?.numericValue ?? 0;
	results.push({
		name: page.name,
		url: lhr.finalDisplayedUrl,
		error: lhr.runtimeError?.message ?? '',
		scores: Object.fromEntries(Object.values(lhr.categories).map((c) => [c.id, c.score === null ? -1 : Math.round(c.score * 100)])),
		firstPaint: value('first-contentful-paint'),
		largestPaint: value('largest-contentful-paint'),
		blocked: value('total-blocking-time'),
		shift: value('cumulative-layout-shift'),
		machine: lhr.environment.benchmarkIndex,
		faults
	});
}
process.stdout.write(JSON.stringify(results));
