// The number that is called out: the device's letter and a count per business day, given here, so that it needs no server.
// The order service takes a number as it comes, also a second time; that none is given twice is this counter's affair.

export interface Count {
	/** Business date. */
	date: string;
	/** The last number given on it. */
	last: number;
}

const most = 9_999;

export const callNumber = (letter: string, n: number) => (letter ? `${letter}-${String(n).padStart(3, '0')}` : '');

/** The count in a call number of this letter; 0 of any other. */
export function countOf(number: string, letter: string): number {
	const found = /^([A-Z]{1,2})-(\d{1,4})$/.exec(number);
	return found && found[1] === letter ? Number(found[2]) : 0;
}

/** The count that comes next on a date. After 9,999 it starts again: nobody waits that long. */
export function next(count: Count, date: string): Count {
	return { date, last: count.date === date && count.last < most ? count.last + 1 : 1 };
}

/** What is known of a date after orders of this device were found: never less than before. */
export function learn(count: Count, date: string, found: number): Count {
	const known = count.date === date ? count.last : 0;
	return { date, last: Math.max(known, found) };
}
