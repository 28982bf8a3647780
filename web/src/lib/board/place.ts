// Tickets of different heights in columns without holes: each goes where there is most room, so the oldest stand at the
// top and reading order stays the order of time.
export interface Place {
	/** From 0. */
	column: number;
	top: number;
}

export function place(heights: readonly number[], columns: number, gap: number): { places: Place[]; height: number } {
	const filled = new Array<number>(Math.max(1, columns)).fill(0);
	const places = heights.map((height) => {
		let column = 0;
		for (let c = 1; c < filled.length; c++) if (filled[c]! < filled[column]!) column = c;
		const top = filled[column]!;
		filled[column] = top + height + gap;
		return { column, top };
	});
	return { places, height: Math.max(0, Math.max(...filled) - gap) };
}

/** How many columns of at least `least` fit. */
export function columnsIn(width: number, least: number, gap: number): number {
	return Math.max(1, Math.floor((width + gap) / (least + gap)));
}
