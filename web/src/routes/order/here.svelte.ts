// Where the customer stands, if they want to say so. Asked for only on a tap, kept only as long as the page, sent nowhere.
import { count } from '$lib/format';
import { texts } from '$lib/texts/index.svelte';
import { metresBetween, pointOf, rounded, type Point } from './distance';

class Here {
	point = $state<Point | null>(null);
	state = $state<'unasked' | 'asking' | 'known' | 'refused' | 'failed'>('unasked');

	ask(): void {
		if (!navigator.geolocation) {
			this.state = 'failed';
			return;
		}
		this.state = 'asking';
		navigator.geolocation.getCurrentPosition(
			({ coords }) => {
				this.point = { latitude: coords.latitude, longitude: coords.longitude };
				this.state = 'known';
			},
			(refusal) => (this.state = refusal.code === refusal.PERMISSION_DENIED ? 'refused' : 'failed'),
			{ timeout: 15_000, maximumAge: 300_000 }
		);
	}

	/** Metres to a café; null when either place is unknown. */
	metresTo(cafe: { latitude_e6?: number; longitude_e6?: number }): number | null {
		const there = pointOf(cafe);
		return this.point && there ? metresBetween(this.point, there) : null;
	}
}

export const here = new Here();

/** "350 m", "3 km". */
export function distanceText(metres: number): string {
	const { unit, value } = rounded(metres);
	try {
		return new Intl.NumberFormat(texts.tag, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 }).format(value);
	} catch {
		return `${count(value)} ${unit === 'meter' ? 'm' : 'km'}`;
	}
}
