// How far a café is: great circles on a sphere, which is right to half a percent. Nothing leaves the phone for it.
export interface Point {
	/** Degrees. */
	latitude: number;
	longitude: number;
}

const earth = 6_371_000; // metres
const radians = (degrees: number) => (degrees * Math.PI) / 180;

export function metresBetween(a: Point, b: Point): number {
	const lat = radians(b.latitude - a.latitude);
	const lon = radians(b.longitude - a.longitude);
	const h = Math.sin(lat / 2) ** 2 + Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * Math.sin(lon / 2) ** 2;
	return 2 * earth * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Where a café is; null where nobody entered it. */
export function pointOf(cafe: { latitude_e6?: number; longitude_e6?: number }): Point | null {
	if (cafe.latitude_e6 === undefined || cafe.longitude_e6 === undefined) return null;
	return { latitude: cafe.latitude_e6 / 1e6, longitude: cafe.longitude_e6 / 1e6 };
}

/** As a person says it: to 50 m below a kilometre, to 100 m below ten, then to the kilometre. */
export function rounded(metres: number): { unit: 'meter' | 'kilometer'; value: number } {
	if (metres < 975) return { unit: 'meter', value: Math.max(50, Math.round(metres / 50) * 50) };
	const kilometres = metres / 1000;
	return { unit: 'kilometer', value: kilometres < 9.95 ? Math.round(kilometres * 10) / 10 : Math.round(kilometres) };
}

/** From here on the page asks whether this is the café that was meant. */
export const farAway = 1_000; // metres
