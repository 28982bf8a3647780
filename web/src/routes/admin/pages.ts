export interface Page {
	/** Its text is office.<name>. */
	name: string;
	path: string;
	icon: string;
	daily: boolean;
}

/** The pages of head office in the order of the rail. A page without `daily` is behind *More* on a phone. */
export const pages: readonly Page[] = [
	{ name: 'today', path: '/admin', icon: 'sun', daily: true },
	{ name: 'sales', path: '/admin/sales', icon: 'chart', daily: true },
	{ name: 'orders', path: '/admin/orders', icon: 'list', daily: true },
	{ name: 'menu', path: '/admin/menu', icon: 'menu', daily: false },
	{ name: 'stock', path: '/admin/stock', icon: 'box', daily: true },
	{ name: 'cafes', path: '/admin/cafes', icon: 'shop', daily: false },
	{ name: 'people', path: '/admin/people', icon: 'people', daily: false },
	{ name: 'settings', path: '/admin/settings', icon: 'gear', daily: false }
];

/** Which page an address belongs to, pages below it included. */
export function pageOf(path: string): Page | undefined {
	return (
		pages.find((page) => page.path !== '/admin' && (path === page.path || path.startsWith(`${page.path}/`))) ??
		(path === '/admin' || path === '/admin/' ? pages[0] : undefined)
	);
}
