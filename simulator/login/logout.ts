// Single sign-out: the browser's session ends, every application it signed in to is told through the front channel, and
// the browser goes back to where it may. Refresh tokens of confidential clients survive this, as at Entra.

import { htmlReply, parametersOf, type Reply, redirectReply, type SimRequest } from '../http-message.ts';
import { issuerOf, readAuthority } from './authority.ts';
import { SESSION_COOKIE, sessionOf } from './authorize.ts';
import { type BrowserSession, findAccount, type LoginState } from './login-state.ts';
import { escaped, layout } from './page-layout.ts';

/** How long the page waits for its frames. */
const FRAMES_SECONDS = 2;
const ANNOUNCEMENT_TIMEOUT_MS = 3_000;

/** What an application answered to the end of a session; null where it did not answer. */
export interface Announcement {
  readonly url: string;
  readonly status: number | null;
}

/** `sim_front_channel=server` tells the applications from here instead of by frames in the browser. */
export async function logout(state: LoginState, request: SimRequest, segment: string): Promise<Reply> {
  readAuthority(state, segment);
  const parameters = parametersOf(request);
  const session = sessionToEnd(state, request, parameters.get('logout_hint'));
  const urls = session ? endSession(state, session) : [];
  const wanted = parameters.get('post_logout_redirect_uri');
  const isRegistered =
    wanted !== null && [...state.apps.values()].some((app) => app.redirectUris.includes(wanted));
  const back = isRegistered ? withState(wanted, parameters.get('state')) : null;
  const cookie = `${SESSION_COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax`;
  if (parameters.get('sim_front_channel') === 'server') {
    await announce(urls);
    if (back !== null) return redirectReply(back, { 'set-cookie': cookie });
  } else if (back !== null && urls.length === 0) {
    return redirectReply(back, { 'set-cookie': cookie });
  }
  return signedOutPage(urls, back, wanted, cookie);
}

function withState(uri: string, echoed: string | null): string {
  const target = new URL(uri);
  if (echoed !== null) target.searchParams.set('state', echoed);
  return target.href;
}

/** The browser's own, or the one of the person that the hint names. */
function sessionToEnd(state: LoginState, request: SimRequest, hint: string | null): BrowserSession | null {
  const own = sessionOf(state, request);
  const hinted = hint === null ? null : findAccount(state, hint, own?.tenantId ?? null);
  if (!hinted || own?.userId === hinted.user.objectId) return own;
  return [...state.sessions.values()].findLast(({ userId }) => userId === hinted.user.objectId) ?? own;
}

/** The addresses to call, with `iss` and `sid`. */
export function endSession(state: LoginState, session: BrowserSession): string[] {
  state.sessions.delete(session.id);
  return [...session.clientIds].flatMap((clientId) => {
    const logoutUrl = state.apps.get(clientId)?.logoutUrl;
    if (!logoutUrl) return [];
    const url = new URL(logoutUrl);
    url.searchParams.set('iss', issuerOf(state, session.tenantId, 2));
    url.searchParams.set('sid', session.sid);
    return [url.href];
  });
}

export function announce(urls: readonly string[]): Promise<Announcement[]> {
  return Promise.all(
    urls.map(async (url) => {
      const signal = AbortSignal.timeout(ANNOUNCEMENT_TIMEOUT_MS);
      const response = await fetch(url, { redirect: 'manual', signal }).catch(() => null);
      await response?.body?.cancel();
      return { url, status: response?.status ?? null };
    }),
  );
}

function signedOutPage(
  urls: readonly string[],
  back: string | null,
  wanted: string | null,
  cookie: string,
): Reply {
  const frames = urls
    .map((url) => `<iframe hidden title="sign-out" src="${escaped(url)}"></iframe>`)
    .join('');
  const head =
    back === null
      ? ''
      : `<meta http-equiv="refresh" content="${urls.length === 0 ? 0 : FRAMES_SECONDS};url=${escaped(back)}">`;
  const onward =
    back !== null
      ? `<p><a href="${escaped(back)}">Back to the application</a></p>`
      : wanted === null
        ? ''
        : `<p class="soft">${escaped(wanted)} is not a registered redirect URI, so there is no way back.</p>`;
  const body = `<h1>You signed out</h1><p>It is a good idea to close the window.</p>${onward}${frames}`;
  return htmlReply(200, layout('Signed out', body, { head }), { 'set-cookie': cookie });
}
