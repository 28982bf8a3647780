// What a form of an account holds against what is typed, before it asks. The server has the last word.
import { t } from '$lib/texts/index.svelte';

/** What is wrong with a user name, or nothing. */
export function usernameFault(username: string): string {
	if (username.length < 2) return t('office.username_short');
	return /^[A-Za-z0-9][A-Za-z0-9._@-]{1,63}$/.test(username) ? '' : t('office.username_letters');
}

/** What is wrong with a new password, or nothing. */
export function passwordFault(password: string): string {
	return password.length < 12 ? t('office.password_short') : '';
}
