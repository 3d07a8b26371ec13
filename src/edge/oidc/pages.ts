// The pages of signing in: where to choose how, the first set-up, and every way in which somebody is not let in, with what was
// looked at and what to do.

import { type Html, html, page } from './html.ts';

export interface Way {
  name: string;
  /** Address that begins it. */
  href: string;
}

export interface SignInPage {
  ways: readonly Way[];
  returnTo: string;
  /** What went wrong with the password that was just sent. */
  problem: string | null;
  /** The name that was sent with it. */
  name: string;
  /** Nobody has been made an administrator yet. */
  isNew: boolean;
  /** They were signed in until a moment ago. */
  hasEnded: boolean;
}

export function signInPage({ ways, returnTo, problem, name, isNew, hasEnded }: SignInPage): string {
  const body = html`
${hasEnded && html`<p role="status">Your session has ended.</p>`}
${ways.length > 0 && html`<ul class="ways">${ways.map(wayItem)}</ul>`}
${ways.length === 0 && !isNew && html`<p class="quiet">No identity provider is set up for signing in yet.</p>`}
${
  isNew &&
  html`<p>This server has no administrator yet. It printed a <strong>set-up link</strong> where it was started.
Lost it? On that machine run <code>bifrost admin reset</code>.</p>`
}
${!isNew && passwordForm({ returnTo, problem, name, open: ways.length === 0 || problem !== null })}`;
  return page({ title: 'Sign in', body });
}

function wayItem({ name, href }: Way): Html {
  return html`<li><a class="button" href="${href}">Continue with ${name}</a></li>`;
}

function passwordForm(form: Pick<SignInPage, 'returnTo' | 'problem' | 'name'> & { open: boolean }): Html {
  const { returnTo, problem, name, open } = form;
  return html`<details${open && html` open`}>
<summary>Use the break-glass account</summary>
<form method="post" action="/login">
${problem !== null && html`<p class="problem" role="alert">${problem}</p>`}
<label>Name<input name="name" value="${name}" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="100"></label>
<label>Password<input name="password" type="password" autocomplete="current-password" required maxlength="1024"></label>
<input type="hidden" name="returnTo" value="${returnTo}">
<button>Sign in</button>
</form>
</details>`;
}

export function setUpPage(): string {
  const body = html`
<p>Make the <strong>break-glass account</strong>: the one that gets in when the identity provider, or a mapping, shuts everybody
out. Keep its password where two people can find it.</p>
<form method="post" action="/setup" id="set-up">
<p class="problem" role="alert" id="problem" hidden></p>
<label>Name<input name="name" value="admin" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="100"></label>
<label>Password, at least 15 characters<input name="password" type="password" autocomplete="new-password" required minlength="15" maxlength="256"></label>
<label>The same again<input name="again" type="password" autocomplete="new-password" required maxlength="256"></label>
<input type="hidden" name="token">
<button>Make the account and sign in</button>
</form>
<noscript><p class="problem">This page needs JavaScript to read the link.</p></noscript>`;
  return page({ title: 'Set up Bifrost', body, script: '/sign-in/set-up.js', isOneWay: true });
}

export interface NotLetIn {
  title: string;
  /** What happened, in a sentence or two. */
  words: string;
  /** What was looked at, such as attributes and what they held. */
  looked?: readonly { what: string; held: string }[];
  /** What the person can do. */
  advice?: string;
  /** For whoever runs this: what to change, in the provider's own words. */
  forAdministrator?: string;
  /** By which support finds it: request id, and those of the provider. */
  references: readonly { name: string; value: string }[];
  /** Where signing in begins. */
  again?: string | null;
}

export function notLetInPage(of: NotLetIn): string {
  const { title, words, looked = [], advice, forAdministrator, references, again } = of;
  const body = html`
<p>${words}</p>
${advice !== undefined && html`<p>${advice}</p>`}
${
  looked.length > 0 &&
  html`<h2>What was looked at</h2>
<table><thead><tr><th>Attribute</th><th>What it holds</th></tr></thead>
<tbody>${looked.map(({ what, held }) => html`<tr><td><code>${what}</code></td><td>${held}</td></tr>`)}</tbody></table>`
}
${forAdministrator !== undefined && html`<h2>For your administrator</h2><p>${forAdministrator}</p>`}
${again && html`<p><a class="button" href="${again}">Back to sign-in</a></p>`}
<dl class="references">${references.map(({ name, value }) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
  return page({ title, body });
}

export interface AccountPage {
  name: string;
  role: string | null;
  /** Whoever signs in with a password here is not known to any provider. */
  isBreakGlass: boolean;
}

export function accountPage({ name, role, isBreakGlass }: AccountPage): string {
  const body = html`
<p>As <strong>${name}</strong>${isBreakGlass && ' (break-glass account)'}.</p>
<p>${role === null ? 'You have no role here any more.' : html`Your role is <strong>${role}</strong>.`}</p>
<p><a href="/">To the dashboard</a></p>
<p class="quiet">What you may do is in <a href="/api/me">/api/me</a>; the whole API is described in
<a href="/api/openapi.json">/api/openapi.json</a>.</p>
<form method="post" action="/logout"><button class="second">Sign out</button></form>`;
  return page({ title: 'You are signed in', body });
}

export function notBuiltPage(): string {
  const body = html`
<p>This server runs from its sources, and the dashboard was not built. Where it was started run <code>npm run build</code>, and
start it again.</p>
<p><a href="/account">Your account</a></p>`;
  return page({ title: 'The dashboard is not built', body });
}

/** For whoever typed an address, or follows a link that is old. */
export function nowherePage(): string {
  const body = html`
<p>No page has this address.</p>
<p><a class="button" href="/">Go to the first page</a></p>`;
  return page({ title: 'There is nothing here', body });
}

/** To leave takes a form: a link of another site must not sign anybody out. */
export function signOutPage(): string {
  const body = html`
<p>You are still signed in.</p>
<form method="post" action="/logout"><button>Sign out</button></form>`;
  return page({ title: 'Sign out', body });
}

export interface SignedOut {
  /** Where the provider ends its own session too; null where it has no such place. */
  atProvider: { name: string; href: string } | null;
}

export function signedOutPage({ atProvider }: SignedOut): string {
  const body = html`
<p>You are signed out of Bifrost.</p>
${atProvider && html`<p><a class="button" href="${atProvider.href}">Sign out of ${atProvider.name} too</a></p>`}
<p><a href="/login">Sign in again</a></p>`;
  return page({ title: 'Signed out', body });
}

export interface ClaimsPage {
  provider: string;
  /** As they arrived, the protocol's own included. */
  claims: Readonly<Record<string, unknown>>;
}

/** What Discover Claims shows. The script hands the same to the page that opened it. */
export function claimsPage({ provider, claims }: ClaimsPage): string {
  const body = html`
<p>This is exactly what ${provider} sent for you. No session was made, and nothing was stored.</p>
<table><thead><tr><th>Claim</th><th>Value</th></tr></thead>
<tbody>${Object.entries(claims).map(
    ([name, value]) =>
      html`<tr><td><code>${name}</code></td><td><code>${JSON.stringify(value)}</code></td></tr>`,
  )}</tbody></table>
<template id="claims">${JSON.stringify(claims)}</template>
<p class="quiet">Claim names in rules are matched exactly, case included.</p>`;
  return page({ title: 'Claims of this sign-in', body, script: '/sign-in/claims.js', isOneWay: true });
}
