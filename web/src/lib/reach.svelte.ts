/** Whether the shop's server can be reached, from what the last calls met. Screens show it; nothing decides by it alone. */
class Reach {
	ok = $state(true);
	/** When the server answered last (ms since 1970), 0 before the first answer. */
	heardAt = $state(0);

	heard(answered: boolean): void {
		this.ok = answered;
		if (answered) this.heardAt = Date.now();
	}
}

export const reach = new Reach();
