// Quantities as a shelf says them ("2.4 l", "18 g", "3"), kept in thousandths of the base unit.
import { plainNumber, scaled, unscaled } from './entry';

export type Unit = 'g' | 'ml' | 'each';
export type ShelfUnit = 'g' | 'kg' | 'ml' | 'l' | 'each';

/** The words a field offers for a base unit, the small one first. */
export const shelfUnits: Record<Unit, readonly ShelfUnit[]> = { g: ['g', 'kg'], ml: ['ml', 'l'], each: ['each'] };

const digits: Record<ShelfUnit, number> = { g: 3, ml: 3, each: 3, kg: 6, l: 6 };

export const asUnit = (unit: string): Unit => (unit === 'g' || unit === 'ml' ? unit : 'each');

/**
 * Thousandths of what was typed. A unit written behind the figure wins over the one chosen beside the field; one that
 * does not fit the ingredient (litres of beans) makes it null.
 */
export function parseQuantity(text: string, shelf: ShelfUnit, base: Unit): number | null {
	const found = /^(.*?)([a-z]+)?$/i.exec(plainNumber(text));
	if (!found) return null;
	const written = found[2]?.toLowerCase();
	const unit = (written ?? shelf) as ShelfUnit;
	if (!shelfUnits[base].includes(unit)) return null;
	return scaled(found[1]!, digits[unit]);
}

export const quantityText = (thousandths: number, shelf: ShelfUnit) => unscaled(thousandths, digits[shelf]);

/** The unit that a person would say for such an amount: litres from one litre on. */
export function shelfUnit(thousandths: number, base: Unit): ShelfUnit {
	if (base === 'each') return 'each';
	return shelfUnits[base][Math.abs(thousandths) >= 1_000_000 ? 1 : 0]!;
}
