// Gives what is wider than the window: nothing, when there is no horizontal scroll bar.
(() => {
  const root = document.scrollingElement;
  const width = document.documentElement.clientWidth;
  if (root.scrollWidth <= width) return [];
  // Something that a scroller of its own cuts off is no fault of the page.
  const cut = (e) => {
    for (let up = e.parentElement; up && up !== document.body && up !== document.documentElement; up = up.parentElement) {
      if (getComputedStyle(up).overflowX !== 'visible') return true;
    }
    return false;
  };
  const wide = [...document.body.querySelectorAll('*')].filter((e) => {
    const r = e.getBoundingClientRect();
    return (r.right > width + 0.5 || r.left < -0.5) && r.width > 0 && !cut(e);
  });
  const outer = wide.filter((e) => !wide.includes(e.parentElement));
  return [`the page is ${root.scrollWidth} wide in a window of ${width}`, ...outer.slice(0, 5).map((e) => e.outerHTML.slice(0, 160))];
})()
