// Notices, whichever call met it, that head office's session is over: the page stays as it is, with what was typed, and
// the shell asks to sign in again over it.
import { api } from '$api/client';
import { admin } from '$lib/session.svelte';

class Guard {
	/** The session ended while somebody worked. */
	expired = $state(false);
	private watching = false;

	/** Begins to look at every answer to head office's calls. Once is enough. */
	watch(): void {
		if (this.watching) return;
		this.watching = true;
		api.admin.use({
			onResponse: ({ response, schemaPath }) => {
				const signingIn = schemaPath === '/session' || schemaPath === '/adminlogin' || schemaPath === '/logout';
				if (response.status === 401 && !signingIn && admin.current) this.expired = true;
			}
		});
	}
}

export const guard = new Guard();
