// Who did it: the people and devices of a café and the accounts of head office, by id, for reading.
import { createQuery } from '$lib/query';
import { api, background, ok } from '$api/client';
import { t } from '../texts/index.svelte';

/** Everybody who ever worked in a café, and its devices: names by id. */
async function fetchNames(cafe: string): Promise<Record<string, string>> {
	const names: Record<string, string> = {};
	let cursor = '';
	do {
		const page = await ok(
			api.admin.GET('/api/v1/cafes/{cafe_id}/people', {
				params: { path: { cafe_id: cafe }, query: { include_archived: true, limit: 200, ...(cursor && { cursor }) } },
				headers: background
			})
		);
		for (const person of page.people) names[person.id] = person.name;
		cursor = page.next_cursor;
	} while (cursor);
	const devices = await ok(
		api.admin.GET('/api/v1/cafes/{cafe_id}/devices', { params: { path: { cafe_id: cafe }, query: { limit: 200 } }, headers: background })
	);
	for (const device of devices.devices) names[device.id] = device.name;
	return names;
}

async function fetchAdmins(): Promise<Record<string, string>> {
	const page = await ok(api.admin.GET('/api/v1/admins', { params: { query: { include_archived: true, limit: 200 } }, headers: background }));
	return Object.fromEntries(page.admins.map((one) => [one.id, one.username]));
}

export function useNames(cafe: () => string) {
	const people = createQuery(() => ({
		queryKey: ['office', 'names', cafe()],
		queryFn: () => fetchNames(cafe()),
		enabled: cafe() !== '',
		staleTime: 5 * 60_000
	}));
	const admins = createQuery(() => ({ queryKey: ['office', 'admin-names'], queryFn: fetchAdmins, staleTime: 5 * 60_000 }));

	/** A name; never a bare id. */
	return (id: string | undefined): string => {
		if (!id) return t('office.by_nobody');
		if (id === 'operator') return t('office.by_operator');
		return people.data?.[id] ?? admins.data?.[id] ?? t('office.by_unknown');
	};
}
