/** Paper or espresso. start.js has chosen before the first paint; a person's choice is remembered. */
class Theme {
	dark = $state(false);

	begin(): void {
		this.dark = document.documentElement.dataset.theme === 'dark';
	}

	toggle(): void {
		this.dark = !this.dark;
		const name = this.dark ? 'dark' : 'light';
		document.documentElement.dataset.theme = name;
		try {
			localStorage.setItem('coffee.theme', name);
		} catch {
			// Without storage the choice lasts as long as the page.
		}
	}
}

export const theme = new Theme();
