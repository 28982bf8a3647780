// What may be given back, and how much that is. The server's figure is the one that counts; this only tells it before.
import type { Schemas } from '$api/client';

type Order = Schemas['Order'];

export interface Refundable {
	line: number;
	name: string;
	/** Units that were handed over and not given back yet. */
	left: number;
	/** What one unit cost the customer, minor units, rounded down. */
	each: number;
}

export interface Choice {
	quantity: number;
	to: 'restock' | 'waste';
}

export function refundable(order: Order): Refundable[] {
	return order.lines
		.filter((line) => line.state === 'handed_over' && line.quantity > line.refunded_quantity)
		.map((line) => ({
			line: line.line,
			name: [line.item_name, line.variation_name].filter(Boolean).join(' '),
			left: line.quantity - line.refunded_quantity,
			each: Math.floor(line.total / line.quantity)
		}));
}

/** The last unit of a line takes what is left of its amount, so that nothing is lost in rounding. */
export function refundTotal(order: Order, choices: Readonly<Record<number, Choice>>): number {
	let sum = 0;
	for (const line of order.lines) {
		const quantity = choices[line.line]?.quantity ?? 0;
		if (quantity <= 0 || line.state !== 'handed_over') continue;
		const left = line.quantity - line.refunded_quantity;
		sum += quantity >= left ? line.total - line.refunded_amount : Math.floor((line.total * quantity) / line.quantity);
	}
	return sum;
}
