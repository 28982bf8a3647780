// How a booking is told: always from the server's answer.
import { toast } from 'svelte-sonner';
import { quantity } from '../format';
import { t } from '../texts/index.svelte';
import type { Booked } from './stock.svelte';

/** "+6 l", "−0.18 l", "0": with its sign, as a ledger shows it. */
export function signed(thousandths: number, unit: string): string {
	const text = quantity(Math.abs(thousandths), unit);
	return thousandths > 0 ? `+${text}` : thousandths < 0 ? `−${text}` : text;
}

/** On hand, with a true minus. */
export const onHand = (thousandths: number, unit: string) => (thousandths < 0 ? signed(thousandths, unit) : quantity(thousandths, unit));

export function sayBooked(booked: Booked, ingredient: string): void {
	const now = booked.stock.find((line) => line.ingredient_id === ingredient);
	const moved = booked.movements.filter((one) => one.ingredient_id === ingredient);
	const unit = now?.unit ?? moved[0]?.unit ?? 'each';
	const sum = moved.reduce((total, one) => total + one.quantity, 0);
	const name = now?.ingredient_name ?? moved[0]?.ingredient_name ?? '';
	const hand = now ? onHand(now.on_hand, unit) : '';
	toast.success(
		moved.length === 0
			? t('stock.booked_nothing', { name, hand })
			: t('stock.booked', { name, quantity: signed(sum, unit), hand }),
		{ duration: 6000 }
	);
}
