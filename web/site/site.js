// Says how the gateway is, every five seconds while somebody looks, and which cafés there are.
'use strict';

const $ = (id) => document.getElementById(id);
const background = { headers: { 'Coffee-Background': '1' } };
let listed = false;

function say(state, text) {
  $('state').dataset.state = state;
  if ($('says').textContent !== text) $('says').textContent = text;
}

async function cafes() {
  const answer = await fetch('/api/v1/cafes?limit=50', background);
  if (!answer.ok) throw new Error(String(answer.status));
  const { cafes: all, next_cursor: more } = await answer.json();
  const row = (name, what) => {
    const li = document.createElement('li');
    const title = document.createElement('span');
    const rest = document.createElement('span');
    title.textContent = name;
    rest.textContent = what;
    rest.className = 'quiet';
    li.append(title, rest);
    return li;
  };
  const rows = all.map((cafe) => row(cafe.name, [cafe.city, cafe.currency].filter(Boolean).join(' · ')));
  if (more) rows.push(row('…', 'and more'));
  if (!all.length) rows.push(row('None yet', 'head office makes the first'));
  $('cafes').replaceChildren(...rows);
  listed = true;
}

async function look() {
  try {
    const answer = await fetch('/health/ready', background);
    if (answer.ok) {
      say('ready', 'Running. The gateway is ready.');
      if (!listed) await cafes().catch(() => { $('cafes').firstElementChild.textContent = 'The list of cafés does not answer. Asking again.'; });
    } else {
      const problem = await answer.json();
      say('late', problem.detail);
    }
  } catch {
    say('late', 'The frontend does not answer. Asking again.');
  }
}

for (const element of document.querySelectorAll('.origin')) element.textContent = location.origin;
look();
setInterval(() => { if (!document.hidden) look(); }, 5000);
document.addEventListener('visibilitychange', () => { if (!document.hidden) look(); });
