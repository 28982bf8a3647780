/**
 * Two soft notes, made by the browser: no file to load. Browsers give sound only after a touch, so there is one context
 * for the page's life, waiting for the first one.
 */
let context: AudioContext | undefined;

/** Call on a touch or a key: from then on the page may sound. */
export async function unlock(): Promise<boolean> {
	try {
		context ??= new AudioContext();
		if (context.state !== 'running') await context.resume();
		return context.state === 'running';
	} catch {
		return false; // no sound device: the screen does its work without
	}
}

export function audible(): boolean {
	return context?.state === 'running';
}

export function chime(notes: readonly number[] = [659.25, 987.77]): void {
	if (!context || context.state !== 'running') return;
	const start = context.currentTime + 0.02;
	notes.forEach((frequency, i) => {
		const tone = context!.createOscillator();
		const volume = context!.createGain();
		const from = start + i * 0.14;
		tone.frequency.value = frequency;
		volume.gain.setValueAtTime(0.0001, from);
		volume.gain.exponentialRampToValueAtTime(0.25, from + 0.015);
		volume.gain.exponentialRampToValueAtTime(0.0001, from + 0.5);
		tone.connect(volume).connect(context!.destination);
		tone.start(from);
		tone.stop(from + 0.55);
		tone.onended = () => volume.disconnect();
	});
}
