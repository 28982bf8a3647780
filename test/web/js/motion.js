// Gives whatever would still move for somebody who asked for reduced motion. A change of colour or of light is none.
(() => {
  const seconds = (list) => Math.max(...list.split(',').map((s) => (s.trim().endsWith('ms') ? parseFloat(s) / 1000 : parseFloat(s)) || 0));
  const harmless = /^(none|color|background-color|border-color|(border|outline|text-decoration)-?[a-z]*-color|outline-color|opacity|fill|stroke|box-shadow|visibility)$/;
  const found = new Set();
  for (const e of document.querySelectorAll('*')) {
    for (const part of [null, '::before', '::after']) {
      const style = getComputedStyle(e, part);
      if (part && style.content === 'none') continue;
      const name = e.tagName.toLowerCase() + (e.classList.length ? '.' + [...e.classList].join('.') : '') + (part ?? '');
      if (style.animationName !== 'none' && seconds(style.animationDuration) > 0.01) found.add(`${name} plays ${style.animationName}`);
      if (seconds(style.transitionDuration) > 0.01 && style.transitionProperty.split(',').some((p) => !harmless.test(p.trim()))) {
        found.add(`${name} moves ${style.transitionProperty}`);
      }
      if (style.scrollBehavior === 'smooth') found.add(`${name} scrolls smoothly`);
    }
  }
  for (const a of document.getAnimations()) {
    if (a.playState === 'running' && a.effect?.getComputedTiming().endTime > 10) {
      found.add(`${a.effect.target?.outerHTML.slice(0, 100)} runs an animation`);
    }
  }
  return [...found].slice(0, 20);
})()
