// Small sets that are replaced, never changed: what is kept in $state.raw.
export const plus = <T>(set: ReadonlySet<T>, ...more: readonly T[]): ReadonlySet<T> => new Set([...set, ...more]);
export const minus = <T>(set: ReadonlySet<T>, ...gone: readonly T[]): ReadonlySet<T> =>
	new Set([...set].filter((one) => !gone.includes(one)));
export const setOf = <T>(items: Iterable<T> = []): ReadonlySet<T> => new Set(items);
