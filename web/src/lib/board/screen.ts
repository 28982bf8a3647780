/** Keeps the screen lit while a page is shown. Where the browser cannot (plain http, old), the device's settings must. */
export function stayAwake(): () => void {
	let lock: WakeLockSentinel | undefined;
	let over = false;
	async function ask() {
		if (over || document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
		try {
			const got = await navigator.wakeLock.request('screen');
			if (over) void got.release();
			else lock = got;
		} catch {
			// Refused, as with a low battery: asked again when the page is next shown.
		}
	}
	document.addEventListener('visibilitychange', ask);
	void ask();
	return () => {
		over = true;
		document.removeEventListener('visibilitychange', ask);
		void lock?.release();
	};
}

export async function toggleFullScreen(): Promise<void> {
	try {
		if (document.fullscreenElement) await document.exitFullscreen();
		else await document.documentElement.requestFullscreen();
	} catch {
		// The browser does not want to; nothing on the screen depends on it.
	}
}
