// The look of every page the simulator shows: one card, system fonts, light and dark, nothing loaded from anywhere.

const STYLE = `
:root { color-scheme: light dark; --back: #f2f4f8; --card: #fff; --ink: #1b1f27; --soft: #5a6372; --line: #d8dde6;
  --edge: #7a8296; --accent: #1f5fbf; }
@media (prefers-color-scheme: dark) {
  :root { --back: #14171d; --card: #1d2129; --ink: #e8ebf0; --soft: #a0a9b8; --line: #343b47; --edge: #6b7688;
    --accent: #7fb0ff; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 34rem; margin: 6vh auto; padding: 2rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 10px; }
main.wide { max-width: 56rem; }
h1 { margin: 0 0 .5rem; font-size: 1.4rem; line-height: 1.3; }
h2 { margin: 1.8rem 0 .4rem; font-size: 1.05rem; }
p { margin: .5rem 0; } .soft { color: var(--soft); font-size: .9rem; }
a { color: var(--accent); }
ul.accounts { list-style: none; margin: 1rem 0; padding: 0; border-top: 1px solid var(--line); }
ul.accounts a { display: block; padding: .6rem .4rem; border-bottom: 1px solid var(--line); text-decoration: none;
  color: inherit; overflow-wrap: anywhere; }
ul.accounts a:hover, ul.accounts a:focus-visible { background: var(--back); }
form.search { display: flex; gap: .5rem; margin: 1rem 0; }
input[type=search] { flex: 1; min-width: 0; padding: .5rem .7rem; font: inherit; color: inherit;
  background: var(--back); border: 1px solid var(--edge); border-radius: 6px; }
button, a.button { display: inline-block; padding: .5rem 1rem; font: inherit; color: var(--card);
  background: var(--accent); border: 0; border-radius: 6px; text-decoration: none; cursor: pointer; }
a.quiet { color: var(--accent); background: none; }
pre { padding: .8rem; overflow-x: auto; background: var(--back); border-radius: 6px; font-size: .85rem;
  white-space: pre-wrap; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1rem; margin: .5rem 0; }
@media (max-width: 45rem) { dl { grid-template-columns: 1fr; } main { margin: 0; border-radius: 0; padding: 1.2rem; } }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
code { font-family: ui-monospace, monospace; font-size: .9em; }
footer { margin-top: 1.5rem; color: var(--soft); font-size: .85rem; }
`;

export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** `body` and `head` are HTML already. */
export function layout(title: string, body: string, options: { head?: string; wide?: boolean } = {}): string {
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} · Local Entra</title><style>${STYLE}</style>${options.head ?? ''}</head>
<body><main${options.wide ? ' class="wide"' : ''}>${body}
<footer>Local Entra: a simulation for tests. No password, nobody real.</footer></main></body></html>
`;
}
