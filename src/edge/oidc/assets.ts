// What the pages of signing in load: one style sheet and two small scripts, from this server, so that the policy can forbid
// everything else.

export interface Asset {
  type: string;
  text: string;
}

const style = `
:root { color-scheme: light dark; --ink: #1c2333; --quiet: #5b6478; --paper: #f4f5f8; --card: #fff; --line: #d9dde6; --edge: #7a8398;
  --accent: #2f5bd7; --on-accent: #fff; --bad: #b3261e; --bad-paper: #fdecea; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9f0; --quiet: #a0a9bd; --paper: #12151d; --card: #1b2030; --line: #343c50; --edge: #6f7a94;
    --accent: #8aa9ff; --on-accent: #0d1530; --bad: #ffb4ab; --bad-paper: #3b1613; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px; background: var(--paper);
  color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { width: 100%; max-width: 30rem; background: var(--card); border: 1px solid var(--line); border-radius: 12px;
  padding: 32px; overflow-wrap: anywhere; }
.brand { display: flex; align-items: center; gap: 10px; margin: 0 0 20px; font-weight: 600; color: var(--quiet); }
.brand span { width: 22px; height: 11px; border: 3px solid var(--accent); border-bottom: 0; border-radius: 22px 22px 0 0; }
.brand a { color: inherit; text-decoration: none; }
main > :last-child { margin-bottom: 0; }
h1 { margin: 0 0 16px; font-size: 1.5rem; line-height: 1.25; }
h2 { margin: 24px 0 8px; font-size: 1rem; }
p { margin: 0 0 16px; }
.quiet, dt, summary { color: var(--quiet); }
ul.ways { list-style: none; margin: 0 0 20px; padding: 0; display: grid; gap: 10px; }
.button, button { display: block; width: 100%; padding: 11px 16px; border: 0; border-radius: 8px; background: var(--accent);
  color: var(--on-accent); font: inherit; font-weight: 600; text-align: center; text-decoration: none; cursor: pointer; }
.button:hover, button:hover { filter: brightness(1.08); }
button:disabled { background: none; border: 1px solid var(--line); color: var(--quiet); cursor: not-allowed; filter: none; }
button.second, ul.ways ~ details button { padding: 10px 16px; border: 1px solid var(--edge); background: none;
  color: var(--ink); }
button.second:hover, ul.ways ~ details button:hover { background: var(--paper); filter: none; }
a { color: var(--accent); }
.button:focus-visible, button:focus-visible, input:focus-visible, summary:focus-visible, a:focus-visible {
  outline: 3px solid var(--accent); outline-offset: 2px; }
summary { cursor: pointer; }
form { display: grid; gap: 14px; margin-top: 14px; }
label { display: grid; gap: 4px; font-weight: 600; font-size: 0.9375rem; }
input { width: 100%; padding: 10px 12px; border: 1px solid var(--edge); border-radius: 8px; background: var(--paper);
  color: var(--ink); font: inherit; font-weight: 400; }
.problem { margin: 0; padding: 10px 12px; border-radius: 8px; background: var(--bad-paper); color: var(--bad); }
table { width: 100%; border-collapse: collapse; font-size: 0.9375rem; margin-bottom: 16px; }
th, td { text-align: left; vertical-align: top; padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); }
td:first-child { min-width: 10rem; }
code { font-family: ui-monospace, SFMono-Regular, Menlo, monospace; font-size: 0.875em; }
dl.references { margin: 24px 0 0; padding-top: 16px; border-top: 1px solid var(--line); font-size: 0.8125rem; }
dl.references div { display: grid; grid-template-columns: 8rem 1fr; gap: 8px; }
@media (max-width: 30rem) { main { padding: 24px; } dl.references { display: grid; gap: 8px; }
  dl.references div { grid-template-columns: 1fr; gap: 0; } }
@media (max-width: 22rem) { td:first-child { min-width: 6rem; } }
dd { margin: 0; font-family: ui-monospace, SFMono-Regular, Menlo, monospace; }
`;

/** The secret stands behind the #, which no browser sends: it goes into the form, and out of the address and its history. */
const setUp = `
const form = document.getElementById('set-up');
const problem = document.getElementById('problem');
const say = (text) => { problem.textContent = text; problem.hidden = false; };
form.elements.token.value = location.hash.slice(1);
history.replaceState(null, '', location.pathname);
if (!form.elements.token.value) {
  say('This link is incomplete. Open all of it, also what follows the\u00a0#.');
  form.querySelector('button').disabled = true;
}
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { name, password, again, token } = form.elements;
  if (password.value !== again.value) return say('The two passwords are not the same.');
  const button = form.querySelector('button');
  button.disabled = true;
  try {
    const body = new URLSearchParams({ name: name.value, password: password.value, token: token.value });
    const answer = await fetch('/setup', { method: 'POST', body, headers: { accept: 'application/json' } });
    if (answer.ok) return location.replace('/');
    say((await answer.json()).detail);
  } catch {
    say('The server did not answer. Try again.');
  }
  button.disabled = false;
});
`;

const claims = `
const claims = JSON.parse(document.getElementById('claims').content.textContent);
window.opener?.postMessage({ bifrost: 'claims', claims }, location.origin);
`;

const javascript = 'text/javascript; charset=utf-8';

/** By their address under `/sign-in/`. */
export const assets: Readonly<Record<string, Asset>> = {
  'style.css': { type: 'text/css; charset=utf-8', text: style },
  'set-up.js': { type: javascript, text: setUp },
  'claims.js': { type: javascript, text: claims },
};
