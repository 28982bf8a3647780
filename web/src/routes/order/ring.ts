// "Ring me": a sound made here, allowed by the touch that asked for it, and a buzz where the phone has one.
let context: AudioContext | undefined;

/** Call in a touch: a browser plays nothing for a page that nobody has touched. False: there is no sound here. */
export async function allowRing(): Promise<boolean> {
	try {
		context ??= new AudioContext();
		await context.resume();
		return context.state === 'running';
	} catch {
		return false;
	}
}

/** Two notes, three times. */
export function ring(): void {
	// Before the first touch a browser refuses to buzz, and says so.
	if (navigator.userActivation?.hasBeenActive !== false) navigator.vibrate?.([200, 100, 200, 100, 400]);
	if (context?.state !== 'running') return;
	for (let i = 0; i < 3; i++) {
		note(880, context.currentTime + i * 0.9);
		note(1175, context.currentTime + i * 0.9 + 0.25);
	}
}

function note(frequency: number, at: number): void {
	const tone = context!.createOscillator();
	const volume = context!.createGain();
	tone.frequency.value = frequency;
	volume.gain.setValueAtTime(0.0001, at);
	volume.gain.exponentialRampToValueAtTime(0.3, at + 0.02);
	volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.5);
	tone.connect(volume).connect(context!.destination);
	tone.start(at);
	tone.stop(at + 0.55);
}
