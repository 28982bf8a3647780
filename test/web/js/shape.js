// Gives what is wrong with the page's outline: title, language, landmarks, headings.
(() => {
  const wrong = [];
  const shown = (selector) => [...document.querySelectorAll(selector)].filter((e) => e.checkVisibility());
  if (document.title.trim() === '') wrong.push('the page has no title');
  if (shown('main, [role=main]').length !== 1) wrong.push(`the page has ${shown('main, [role=main]').length} main parts`);
  const headings = shown('h1, h2, h3, h4, h5, h6');
  const first = headings.filter((h) => h.tagName === 'H1').length;
  if (first !== 1) wrong.push(`the page has ${first} headings of the first level`);
  let last = 0;
  for (const h of headings) {
    const level = Number(h.tagName[1]);
    if (level > last + 1 && last > 0) wrong.push(`after a heading ${last} comes ${h.outerHTML.slice(0, 100)}`);
    last = level;
    if (h.textContent.trim() === '') wrong.push('an empty heading');
  }
  for (const nav of shown('nav')) {
    if (shown('nav').length > 1 && !nav.getAttribute('aria-label') && !nav.getAttribute('aria-labelledby')) wrong.push('one of several navigations has no name');
  }
  return wrong;
})()
