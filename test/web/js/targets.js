// Gives every visible thing to touch that is smaller than 44 by 44.
(() => {
  const small = [];
  const touchable = 'a[href], button, input, select, textarea, summary, [role=button], [role=link], [role=tab], [role=option],' +
    '[role=checkbox], [role=radio], [role=switch], [role=menuitem], [role=menuitemradio], [role=menuitemcheckbox]';
  for (const e of document.querySelectorAll(touchable)) {
    if (e.type === 'hidden' || e.disabled && !e.labels?.length || !e.checkVisibility({ opacityProperty: true, visibilityProperty: true })) {
      // A checkbox that is drawn by its label is touched by its label.
      if (!e.labels?.length || e.type === 'hidden') continue;
    }
    let { left, top, right, bottom } = e.getBoundingClientRect();
    for (const label of e.labels ?? []) { // touching the label is touching the field
      const r = label.getBoundingClientRect();
      if (r.width === 0) continue;
      left = Math.min(left, r.left); top = Math.min(top, r.top);
      right = Math.max(right, r.right); bottom = Math.max(bottom, r.bottom);
    }
    const width = right - left, height = bottom - top;
    if (width < 2 || height < 2 || bottom + scrollY <= 0 || right + scrollX <= 0) continue; // shown when it has the focus
    const sentence = getComputedStyle(e).display === 'inline' && e.matches('a') &&
      [e.previousSibling, e.nextSibling].some((n) => n?.nodeType === Node.TEXT_NODE && n.textContent.trim() !== '');
    if (sentence) continue;
    if (width < 43.5 || height < 43.5) small.push(`${width.toFixed(0)} by ${height.toFixed(0)}: ${e.outerHTML.slice(0, 160)}`);
  }
  return small;
})()
