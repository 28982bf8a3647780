// Runs before the first paint: the page comes up in the theme, language and direction it had last time.
(function () {
	var root = document.documentElement;
	var read = function (key) {
		try {
			return localStorage.getItem(key);
		} catch {
			return null; // storage is switched off: the browser's own wishes count
		}
	};
	var dark = window.matchMedia && window.matchMedia('(prefers-color-scheme: dark)').matches;
	root.dataset.theme = read('coffee.theme') || (dark ? 'dark' : 'light');
	var known = ['en', 'fr', 'ar'];
	var wanted = [read('coffee.locale')].concat(navigator.languages || []).map(function (l) {
		return String(l || '').slice(0, 2);
	});
	var locale = wanted.find(function (l) { return known.indexOf(l) >= 0; }) || 'en';
	root.lang = locale;
	root.dir = locale === 'ar' ? 'rtl' : 'ltr';
})();
