// What a drink costs to make, in integers throughout: quantities in thousandths of the base unit, average costs in minor
// units of 1,000 base units. One division, at the end, rounded half up.

export interface CostLine {
	ingredient_id: string;
	quantity: number;
	only?: string;
}

/** What is known of an ingredient in the café that is looked at. */
export interface IngredientCost {
	name: string;
	/** Minor units for 1,000 base units; unset before the first receipt with a cost. */
	average?: number;
	made_from?: readonly CostLine[];
	/** Thousandths that made_from yields. */
	yield_quantity?: number;
}

export interface RecipeCost {
	/** Minor units of the lines whose cost is known. */
	minor: number;
	/** Names of ingredients whose cost nobody knows. */
	unknown: string[];
	/** Some cost was worked out of what the ingredient is made from. */
	derived: boolean;
}

interface Fraction {
	n: bigint;
	d: bigint;
}

const million = 1_000_000n;

function add(a: Fraction, b: Fraction): Fraction {
	return a.d === b.d ? { n: a.n + b.n, d: a.d } : { n: a.n * b.d + b.n * a.d, d: a.d * b.d };
}

export function recipeCost(lines: readonly CostLine[], of: ReadonlyMap<string, IngredientCost>, service: string): RecipeCost {
	const unknown = new Set<string>();
	let derived = false;

	// The cost of one thousandth of the base unit, as a fraction of minor units.
	const price = (id: string, seen: readonly string[]): Fraction | null => {
		const known = of.get(id);
		if (known?.average !== undefined) return { n: BigInt(known.average), d: million };
		if (known?.made_from?.length && known.yield_quantity && !seen.includes(id)) {
			const parts = sum(known.made_from, [...seen, id]);
			if (!parts) return null;
			derived = true;
			return { n: parts.n, d: parts.d * BigInt(known.yield_quantity) };
		}
		unknown.add(known?.name ?? '?');
		return null;
	};

	const sum = (all: readonly CostLine[], seen: readonly string[]): Fraction | null => {
		let total: Fraction = { n: 0n, d: million };
		let whole = true;
		for (const line of all) {
			if (line.only && line.only !== service) continue;
			const each = price(line.ingredient_id, seen);
			if (each) total = add(total, { n: each.n * BigInt(line.quantity), d: each.d });
			else whole = false;
		}
		return whole || seen.length === 0 ? total : null;
	};

	const total = sum(lines, []) ?? { n: 0n, d: 1n };
	return { minor: Number((2n * total.n + total.d) / (2n * total.d)), unknown: [...unknown].sort(), derived };
}

/** What stays of a price after its tax, in minor units, rounded half up: the ground of a margin. */
export function withoutTax(price: number, rate: number, mode: string): number {
	if (mode !== 'inclusive' || rate === 0) return price;
	const d = 10_000n + BigInt(rate);
	return Number((2n * BigInt(price) * 10_000n + d) / (2n * d));
}

/** Of the price without tax, what is left after the ingredients: minor units and basis points. */
export function margin(net: number, cost: number): { minor: number; basisPoints: number } {
	const minor = net - cost;
	return { minor, basisPoints: net > 0 ? Math.round((minor * 10_000) / net) : 0 };
}
