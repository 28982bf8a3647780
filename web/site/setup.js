// Makes the first account of head office with the one-time token that stands behind # in the printed link.
'use strict';

const $ = (id) => document.getElementById(id);
const token = location.hash.slice(1);

function say(state, text) {
  $('state').dataset.state = state;
  $('says').textContent = text;
}

function finish(state, text) {
  say(state, text);
  $('form').hidden = true;
}

if (!token) finish('late', 'This page is opened by the link that a first start prints: it ends in a token.');

$('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const username = $('username').value.trim();
  const password = $('password').value;
  if (username.length < 2) return say('late', 'Choose a user name of two characters or more.');
  if (password.length < 12) return say('late', 'Choose a password of 12 characters or more.');
  const button = $('form').querySelector('button');
  button.disabled = true;
  say('asking', 'Making the account…');
  try {
    const answer = await fetch('/adminlogin/setup', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ token, username, password }),
    });
    if (answer.ok) {
      history.replaceState(null, '', '/setup'); // the token is used up; it need not stay in the history
      finish('ready', `${username} is head office now, and signed in.`);
      return;
    }
    const problem = await answer.json();
    const fields = (problem.errors || []).map((e) => `${e.field}: ${e.detail}`).join(' ');
    say('late', [problem.detail, fields].filter(Boolean).join(' '));
  } catch {
    say('late', 'The server does not answer. Nothing was made; try again.');
  }
  button.disabled = false;
});
