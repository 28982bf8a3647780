/** What is open over the selling screen; one thing at a time. */
export type Open =
	| { what: '' }
	/** All there is to say about a line, perhaps one group first. */
	| { what: 'more'; key: string; group?: string }
	/** Choosing the parts of a combo; key is set when it is in the cart already. */
	| { what: 'combo'; combo: string; key?: string }
	| { what: 'held' | 'orders' | 'goods' | 'phones' | 'keys' | 'favour' | 'receipt' }
	/** 86 a thing, or look at all that is. */
	| { what: 'out'; target?: OutTarget }
	/** A lead's PIN, then go on. */
	| { what: 'approve'; then: (approval: string) => void };

export interface OutTarget {
	kind: 'item' | 'variation' | 'modifier' | 'ingredient';
	id: string;
	name: string;
}
