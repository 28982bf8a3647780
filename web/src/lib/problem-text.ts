import type { Problem } from '$api/client';
import { texts, t, type Values } from './texts/index.svelte';

/** What to tell a person about a problem: by its code in their language, else the server's own words. */
export function problemText(problem: Problem): string {
	const key = `problems.${problem.code}`;
	if (texts.has(key)) return t(key, { ...problem.facts, seconds: problem.retryAfter } as Values);
	return problem.detail || t('problems.unexpected');
}
