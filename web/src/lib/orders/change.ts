// The draft of a change: what the bar has not begun, as lines that can be edited, and what differs from it.
import type { Schemas } from '$api/client';
import { newId } from '../ids';
import { toRequest, type CartLine } from '../menu/cart';
import type { Choice } from '../menu/price';
import { changeable, type Order, type OrderLine } from './rules';

export interface DraftLine extends CartLine {
	/** The line of the order it stands for; unset for what is added. */
	was?: number;
}

const asWas = (line: OrderLine): Choice[] => line.modifiers.map((m) => ({ id: m.modifier_id, quantity: m.quantity }));

export function draftOf(order: Order): DraftLine[] {
	return changeable(order).map((line) => ({
		key: newId(), was: line.line, variationId: line.variation_id, choices: asWas(line), quantity: line.quantity, note: line.note
	}));
}

const same = (line: OrderLine, draft: DraftLine) =>
	line.variation_id === draft.variationId &&
	line.quantity === draft.quantity &&
	line.note === draft.note &&
	key(asWas(line)) === key(draft.choices);

const key = (choices: Choice[]) => choices.map((c) => `${c.id}×${c.quantity}`).sort().join();

export interface Change {
	/** Queued lines to take back. */
	voidLines: number[];
	/** What comes instead, and what is added. */
	lines: DraftLine[];
}

/** What is different from the order: changed lines are taken back and come again, untouched ones stay. */
export function changeOf(order: Order, draft: readonly DraftLine[]): Change {
	const change: Change = { voidLines: [], lines: draft.filter((line) => line.was === undefined) };
	for (const line of changeable(order)) {
		const now = draft.find((d) => d.was === line.line);
		if (now && same(line, now)) continue;
		change.voidLines.push(line.line);
		if (now) change.lines.push(now);
	}
	return change;
}

/** The linked order that comes instead, as the order service takes it. */
export function replacementOf(order: Order, id: string, change: Change): Schemas['PlaceOrderRequest'] & { id: string } {
	return toRequest({
		id, cafeId: order.cafe_id, release: 0, service: order.service as 'eat_in' | 'take_away', lines: change.lines,
		name: order.customer_name, note: '', table: order.table, openedAt: 0
	});
}
