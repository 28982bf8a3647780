// Reads /openapi.json and lays it out. Everything is made as elements and text, never as markup: nothing in the
// document can become a script.
'use strict';

const $ = (id) => document.getElementById(id);

/** make builds an element: make('p.quiet', {id: 'x'}, 'text', child). */
function make(kind, attributes, ...children) {
  const [tag, ...classes] = kind.split('.');
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(' ');
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

let doc;
const resolve = (schema) => {
  const name = schema && schema.$ref && schema.$ref.split('/').pop();
  return name ? doc.components.schemas[name] : schema;
};
const nameOf = (schema) => (schema.$ref ? schema.$ref.split('/').pop() : '');

/** typeOf says in words what a value is. */
function typeOf(schema) {
  if (schema.$ref) return resolve(schema).format === 'date-time' ? 'time' : nameOf(schema);
  if (schema.type === 'array') return 'list of ' + typeOf(schema.items || {});
  if (schema.format === 'uuid') return 'id (UUID)';
  if (schema.format === 'date-time') return 'time';
  if (schema.format === 'byte') return 'base64';
  if (schema.type === 'string') return 'text';
  if (schema.type === 'integer') return 'whole number';
  if (schema.type === 'boolean') return 'true or false';
  return schema.type || 'anything';
}

/** limitsOf says in words what a value may be. */
function limitsOf(schema) {
  const parts = [];
  const span = (low, high, unit) => {
    if (low !== undefined && high !== undefined) parts.push(`${low} to ${high}${unit}`);
    else if (high !== undefined) parts.push(`at most ${high}${unit}`);
    else if (low !== undefined) parts.push(`at least ${low}${unit}`);
  };
  if (schema.enum) parts.push(schema.enum.map((value) => (value === '' ? 'empty' : value)).join(' · '));
  span(schema.minimum ?? (schema.exclusiveMinimum !== undefined ? schema.exclusiveMinimum + 1 : undefined), schema.maximum, '');
  span(schema.minLength, schema.maxLength, ' characters');
  span(schema.minItems, schema.maxItems, ' entries');
  if (schema.uniqueItems) parts.push('each once');
  if (schema.pattern) parts.push(schema.pattern);
  return parts.join(', ');
}

/** innerOf is the object inside a schema, through lists; null when there is none to show. */
function innerOf(schema) {
  let inner = schema;
  while (inner && inner.type === 'array') inner = inner.items;
  inner = resolve(inner);
  return inner && inner.properties ? inner : null;
}

/** nested shows an object's fields when it is opened: a contract may hold itself. */
function nested(label, object) {
  const holder = make('div');
  const details = make('details.nested', {}, make('summary', {}, label), holder);
  details.addEventListener('toggle', () => {
    if (details.open && !holder.firstChild) holder.append(fieldsOf(object));
  });
  return details;
}

function row(name, required, schema, description) {
  const shown = schema.$ref ? { ...resolve(schema), $ref: schema.$ref } : schema;
  const inner = innerOf(schema);
  const items = schema.type === 'array' ? limitsOf(resolve(schema.items) || {}) : '';
  const limits = [limitsOf(shown), items && !inner && `each: ${items}`].filter(Boolean).join('; ');
  return make('tr', {},
    make('td', {}, name, required ? make('b', {}, 'needed') : null),
    make('td', {},
      make('div.type', {}, typeOf(schema)),
      limits && (!inner || schema.type === 'array') ? make('div.limit', {}, limits) : null,
      description ? make('div', {}, description) : null,
      inner ? nested('its fields', inner) : null));
}

function fieldsOf(object) {
  const needed = new Set(object.required || []);
  const rows = Object.entries(object.properties).map(([name, schema]) =>
    row(name, object.additionalProperties === false && needed.has(name), schema, schema.description));
  return rows.length ? make('table.fields', {}, make('tbody', {}, ...rows)) : make('p.quiet', {}, 'No fields.');
}

/** example is a plausible value of a schema. */
function example(schema, depth = 0) {
  const s = resolve(schema) || {};
  if (s.examples) return s.examples[0];
  if (s.enum) return s.enum.find((value) => value !== '') ?? '';
  switch (s.type) {
    case 'object':
      if (depth > 5) return {};
      return Object.fromEntries(Object.entries(s.properties || {}).map(([name, inner]) => [name, example(inner, depth + 1)]));
    case 'array':
      return depth > 5 ? [] : [example(s.items || {}, depth + 1)];
    case 'integer':
      return Math.max(s.minimum ?? 0, s.exclusiveMinimum !== undefined ? s.exclusiveMinimum + 1 : 0, 0);
    case 'boolean':
      return false;
    default:
      if (s.format === 'uuid') return '0199c0de-0000-7000-8000-000000000001';
      if (s.format === 'date-time') return '2026-02-15T09:30:00Z';
      if (s.pattern === '^[A-Z]{3}$') return 'MAD';
      return s.minLength ? 'text' : '';
  }
}

function bodyOf(content, label) {
  const kind = Object.keys(content)[0];
  const media = content[kind];
  const out = [];
  const shown = media['x-event-data'] || media.schema;
  const inner = innerOf(shown);
  const what = [kind, nameOf(shown) && ` · ${nameOf(shown)}`].filter(Boolean).join('');
  out.push(make('p.quiet', {}, make('code', {}, what)));
  if (inner) {
    out.push(fieldsOf(inner));
    if (label === 'body') {
      const sample = make('pre', {});
      const details = make('details.nested', {}, make('summary', {}, 'example'), sample);
      details.addEventListener('toggle', () => { sample.textContent = JSON.stringify(example(shown), null, 2); });
      out.push(details);
    }
  }
  return out;
}

function pathOf(path) {
  const parts = path.split(/(\{[^}]*\})/).map((part) => (part.startsWith('{') ? make('i', {}, part) : part));
  return make('span.path', {}, ...parts);
}

/** inside is what an opened call shows; it is made when it is first opened. */
function inside(operation) {
  const out = make('div.inside');
  if (operation.description) out.append(make('p', {}, operation.description));
  const access = operation['x-access'] || { roles: [] };
  const everybody = access.roles.includes('anonymous');
  out.append(make('h3', {}, 'Who may call'), make('p.roles', {},
    ...(everybody ? [make('span.tag.open', {}, 'everybody')] : access.roles.map((role) => make('span.tag', {}, role))),
    ...(access.roles.length ? [] : [make('span.tag', {}, 'services only')])));
  const scopes = {
    cafe: 'Staff in their own café; head office in every one.',
    object: 'Staff for what belongs to their own café; head office for all.',
    self: 'For one’s own account.',
  };
  if (!everybody && scopes[access.scope]) out.append(make('p.quiet', {}, scopes[access.scope]));
  if (operation.parameters) {
    out.append(make('h3', {}, 'Parameters'), make('table.fields', {}, make('tbody', {}, ...operation.parameters.map((p) =>
      row(p.name + (p.in === 'query' ? '' : ` (${p.in})`), p.required, p.schema, p.description)))));
  }
  if (operation.requestBody) out.append(make('h3', {}, 'Body'), ...bodyOf(operation.requestBody.content, 'body'));
  for (const [status, answer] of Object.entries(operation.responses)) {
    if (status === 'default') continue;
    out.append(make('h3', {}, `Answer ${status}`));
    if (answer.description && answer.description !== 'Success') out.append(make('p.quiet', {}, answer.description));
    if (answer.content) out.append(...bodyOf(answer.content, 'answer'));
  }
  out.append(make('h3', {}, 'Otherwise'), nested('a problem', doc.components.schemas.Problem));
  return out;
}

function callOf(method, path, operation) {
  const summary = make('summary', {},
    make('span.method.' + method, {}, method.toUpperCase()), pathOf(path), make('span.does', {}, operation.summary));
  const details = make('details.call', { id: operation.operationId }, summary);
  details.addEventListener('toggle', () => {
    if (details.open && details.children.length === 1) details.append(inside(operation));
  });
  const access = operation['x-access'] || { roles: [] };
  details.words = `${method} ${path} ${operation.operationId} ${operation.summary} ${operation.description || ''}`.toLowerCase();
  details.roles = new Set(access.roles);
  return details;
}

function filter() {
  const words = $('search').value.toLowerCase().split(/\s+/).filter(Boolean);
  const role = $('role').value;
  let left = 0;
  for (const section of document.querySelectorAll('#calls section')) {
    let here = 0;
    for (const call of section.querySelectorAll('.call')) {
      const fits = words.every((word) => call.words.includes(word)) &&
        (!role || call.roles.has(role) || call.roles.has('anonymous'));
      call.hidden = !fits;
      if (fits) here++;
    }
    section.hidden = here === 0;
    const link = document.querySelector(`#groups a[href="#${section.id}"]`);
    link.parentElement.hidden = here === 0;
    link.lastElementChild.textContent = here;
    left += here;
  }
  $('none').hidden = left > 0;
}

function show() {
  $('about').append(...doc.info.description.split('\n\n').map((text) => make('p', {}, text)));
  const roles = new Set();
  const sections = doc.tags.map((tag) => {
    const calls = [];
    for (const [path, methods] of Object.entries(doc.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        if (!operation.tags.includes(tag.name)) continue;
        calls.push(callOf(method, path, operation));
        for (const role of operation['x-access'].roles) roles.add(role);
      }
    }
    $('groups').append(make('li', {}, make('a', { href: '#group-' + tag.name }, tag.name, make('span', {}, String(calls.length)))));
    return make('section', { id: 'group-' + tag.name, 'aria-label': tag.name },
      make('h2', {}, tag.name), make('p', {}, tag.description || ''), make('div.group', {}, ...calls));
  });
  $('calls').replaceChildren(...sections);
  for (const role of ['customer', 'counter', 'board', 'barista', 'lead', 'manager', 'admin', 'operator']) {
    if (roles.has(role)) $('role').append(make('option', { value: role }, `What ${/^[ao]/.test(role) ? 'an' : 'a'} ${role} may call`));
  }
  $('search').addEventListener('input', filter);
  $('role').addEventListener('change', filter);
  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && !/INPUT|SELECT|TEXTAREA/.test(document.activeElement.tagName)) {
      event.preventDefault();
      $('search').focus();
    }
  });
  const open = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.tagName === 'DETAILS') target.open = true;
    if (target) target.scrollIntoView();
  };
  window.addEventListener('hashchange', open);
  open();
}

fetch('/openapi.json')
  .then((answer) => {
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  })
  .then((got) => {
    doc = got;
    show();
  })
  .catch(() => {
    $('calls').replaceChildren(make('p', {}, 'The description could not be read. Is the gateway running? ', make('a', { href: '/docs' }, 'Try again.')));
  })
  .finally(() => $('calls').removeAttribute('aria-busy'));
