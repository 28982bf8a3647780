// What may be done with a placed order, as the order service decides it (docs/orders.md). For showing the right buttons;
// the server has the last word.
import type { Schemas } from '$api/client';

export type Order = Schemas['Order'];
export type OrderLine = Schemas['OrderLine'];

export type Shelf = 'pay' | 'making' | 'ready' | 'done';

/** The shelf an order stands on at the counter, besides *To pay*, which is about money alone. */
export function shelfOf(order: Order): Exclude<Shelf, 'pay'> {
	if (order.state === 'placed' || order.state === 'in_progress') return 'making';
	return order.state === 'ready' ? 'ready' : 'done';
}

const before = (line: OrderLine) => ['queued', 'making', 'ready'].includes(line.state);

/** Lines that can be taken back: not handed over yet. */
export const voidable = (order: Order) => order.lines.filter(before);

/** Lines that can be changed: the bar has not begun them. */
export const changeable = (order: Order) => order.lines.filter((line) => line.state === 'queued' && !line.combo_id);

/** Lines that can be made again. */
export const remakable = (order: Order) => order.lines.filter((line) => line.state !== 'voided' && line.station !== '');

/** Lines whose money can be given back after hand-over, with the units left. */
export const refundable = (order: Order) =>
	order.lines
		.filter((line) => line.state === 'handed_over' && line.refunded_quantity < line.quantity)
		.map((line) => ({ line, left: line.quantity - line.refunded_quantity }));

/** "Made already?" as the lines' states suggest it: anything begun exists. */
export const probablyMade = (lines: readonly OrderLine[]) => lines.some((line) => line.state !== 'queued');

/** Tenders that may turn out to have been the other kind: captured, and not relabelled already. */
export const relabelable = (order: Order) =>
	order.tenders.filter(
		(tender) =>
			tender.direction === 'capture' &&
			(tender.kind === 'cash' || tender.kind === 'card') &&
			!order.tenders.some((other) => other.relabels === tender.id)
	);

/** What the menu knows that a line need not say. */
export interface Known {
	/** Is it the only size of its item? */
	isOnlySize(variationId: string): boolean;
	/** Does everybody get this modifier? */
	isUsual(modifierId: string): boolean;
}

/** "Latte L · oat, extra shot": the size only where there is a choice, and no modifier that everybody gets. */
export function lineText(line: OrderLine, known: Known): string {
	const size = known.isOnlySize(line.variation_id) ? '' : line.variation_name;
	const modifiers = line.modifiers
		.filter((m) => m.quantity > 1 || !known.isUsual(m.modifier_id))
		.map((m) => (m.quantity > 1 ? `${m.quantity} × ${m.name}` : m.name));
	return [[line.item_name, size].filter(Boolean).join(' '), modifiers.join(', ')].filter(Boolean).join(' · ');
}

/** "2 × Latte L · oat, Croissant": what is in an order, without what was taken back; all of it when all was. */
export function contents(order: Order, known: Known): string {
	const standing = order.lines.filter((line) => line.state !== 'voided');
	return (standing.length ? standing : order.lines).map((line) => (line.quantity > 1 ? `${line.quantity} × ` : '') + lineText(line, known)).join(', ');
}

/** What several orders owe together; null when they are of several currencies. */
export function dueTogether(orders: readonly Order[]): { due: number; currency: string } | null {
	const currencies = new Set(orders.map((order) => order.currency));
	if (currencies.size !== 1) return null;
	return { due: orders.reduce((sum, order) => sum + order.due, 0), currency: orders[0]!.currency };
}
