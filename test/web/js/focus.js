// Puts window.coffeeFocus in place: how things look without the focus, to compare with how they look when Tab comes by.
(() => {
  const usable = 'a[href], button, input, select, textarea, summary, [tabindex], [contenteditable=true]';
  const look = (e) => {
    const parts = [e, e.parentElement, ...(e.labels ?? []), e.nextElementSibling].filter(Boolean);
    return parts.map((x) => {
      const s = getComputedStyle(x);
      const outline = s.outlineStyle === 'none' || parseFloat(s.outlineWidth) === 0 || /(, 0\)|transparent)$/.test(s.outlineColor)
        ? '' : `${s.outlineStyle} ${s.outlineWidth} ${s.outlineColor}`;
      return [outline, s.boxShadow, s.borderColor, s.borderWidth, s.backgroundColor, s.textDecorationLine].join('|');
    }).join('\n');
  };
  const shown = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getBoundingClientRect().width > 0;
  const say = (e) => e.outerHTML.slice(0, 160);
  document.activeElement?.blur?.();
  const before = new Map();
  for (const e of document.querySelectorAll(usable)) before.set(e, look(e));
  const seen = new Set();
  let left = 0;
  let last = null;
  window.coffeeFocus = {
    // step looks at what has the focus now. Tab leaves the page at its end and comes in again at its beginning.
    step() {
      const e = document.activeElement;
      if (!e || e === document.body || e === document.documentElement) return { end: ++left > 2, fault: '' };
      // A date is three fields in one: Tab goes through them before it goes on.
      if (e === last && /^(date|time|month|datetime-local)$/.test(e.type)) return { end: false, fault: '' };
      last = e;
      if (seen.has(e)) return { end: true, fault: '' };
      left = 0;
      seen.add(e);
      const r = e.getBoundingClientRect();
      const now = look(e);
      const style = getComputedStyle(e);
      const bare = style.outlineStyle === 'none' && style.boxShadow === 'none';
      let fault = '';
      if (before.has(e) ? before.get(e) === now : bare) fault = 'looks the same with the focus: ' + say(e);
      else if (r.width === 0 || r.height === 0) fault = 'has the focus and no size: ' + say(e);
      return { end: false, fault };
    },
    // missed are the visible things to use that Tab did not come to. One of a group of radios, tabs or options is enough.
    missed() {
      // While a dialog is open, the page behind it is out of reach, and must be.
      const over = [...document.querySelectorAll('[aria-modal=true]')].filter(shown).at(-1);
      const group = (e) => e.type === 'radio' && e.name ? document.querySelectorAll(`input[type=radio][name="${CSS.escape(e.name)}"]`) : [];
      return [...document.querySelectorAll(usable)].filter((e) =>
        !seen.has(e) && (!over || over.contains(e)) && shown(e) && !e.disabled && e.tabIndex >= 0 && !e.closest('[inert]') &&
        ![...group(e)].some((x) => seen.has(x))).map(say);
    },
  };
})()
