// The scenes of the demo in which people sign in: somebody who may, somebody whom Entra does not let through, and somebody who
// leaves while signed in.

import { type Browser, openBrowser, type Page } from './demo-browser.ts';
import { changeAndProvision, type Play, type Scene, showFollowing } from './demo-play.ts';
import { seededRandom } from './random.ts';
import { sampleUser } from './sample-organisation.ts';
import { assignUser, disableUser, type Tenant, type TenantUser } from './tenant.ts';

interface Cast {
  readonly developer: TenantUser;
  readonly leaver: TenantUser;
  /** In the directory, and not assigned to the application. */
  readonly outsider: TenantUser;
}

/** `of`: the organisation before any change. People in the middle of the list: those at its ends have other parts to play. */
export function signInCast(of: Tenant, seed: number): Cast {
  const people = [...of.users.values()].filter(({ userType }) => userType === 'Member');
  const middle = people.slice(Math.floor(people.length / 3), Math.floor((people.length * 2) / 3));
  const having = (role: string) => middle.find(({ appRoles }) => appRoles.includes(role));
  const [developer, leaver] = [having('developer'), having('viewer')];
  if (!developer || !leaver) throw new RangeError('The organisation is too small for the demo');
  return { developer, leaver, outsider: outsiderOf(of, seed) };
}

/** With a name that nobody else has: the reader has to tell people apart. */
function outsiderOf(of: Tenant, seed: number): TenantUser {
  const names = new Set([...of.users.values()].map(({ displayName }) => displayName));
  const random = seededRandom(seed);
  for (;;) {
    const user = sampleUser(of.users.size * 40 + 2, undefined, new Map(), random);
    if (!names.has(user.displayName)) return { ...user, assigned: false, appRoles: [] };
  }
}

export function signInScenes(play: Play, { developer, leaver, outsider }: Cast): Scene[] {
  const browserOf = new Map<TenantUser, Browser>();
  const browser = (user: TenantUser): Browser => {
    const opened = browserOf.get(user) ?? browserAs(user);
    browserOf.set(user, opened);
    return opened;
  };
  return [
    {
      title: `${developer.displayName} opens Bifrost and signs in with Entra`,
      play: () => comesIn(play, browser(developer)),
    },
    {
      title: `${outsider.displayName}, who is not assigned to the application in Entra, tries the same`,
      play: () => isRefused(play, browser(outsider), 'AADSTS50105'),
    },
    {
      title: `An administrator does what that page says, and assigns ${outsider.displayName} as a viewer`,
      async play() {
        const assign = (tenant: Tenant) => assignUser(tenant, outsider.objectId, ['viewer']);
        const failures = await changeAndProvision(play, 'assigned', assign, outsider.objectId);
        play.print(`  ${outsider.displayName} tries again`);
        return failures + (await comesIn(play, browser(outsider)));
      },
    },
    {
      title: `${leaver.displayName} signs in, and has no idea what comes next`,
      play: () => comesIn(play, browser(leaver)),
    },
    {
      title: `${leaver.displayName} leaves the organisation: the account is disabled while the session is open`,
      async play() {
        const disable = (tenant: Tenant) => disableUser(tenant, leaver.objectId);
        const failures = await changeAndProvision(play, 'disabled', disable, leaver.objectId);
        return failures + (await isOut(play, browser(leaver)));
      },
    },
  ];
}

/** On the page of the local Entra they pick themselves; there is no password. */
function browserAs(user: TenantUser): Browser {
  return openBrowser((url) => {
    if (url.pathname.endsWith('/oauth2/v2.0/authorize')) url.searchParams.set('sim_user', user.objectId);
  });
}

const signInAddress = ({ server }: Play) =>
  `${server.url}/login?provider=${server.provider}&returnTo=/account`;

/** The heading of what somebody sees who is in. */
export const INSIDE = 'You are signed in';

async function comesIn(play: Play, browser: Browser): Promise<number> {
  const page = await browser.open(signInAddress(play));
  play.print(`  the browser goes: ${page.stops.map(placeOf(play)).join(' -> ')}`);
  sayPage(play, page);
  await showFollowing(play);
  return expected(play, page.status === 200 && pathOf(page) === '/account', 'they should have come in');
}

async function isRefused(play: Play, browser: Browser, code: string): Promise<number> {
  const page = await browser.open(signInAddress(play));
  const back = new URL(page.url).searchParams.get('error_description') ?? '';
  play.print(`  Entra says: ${back.split('\n')[0]?.replace(/ Trace ID:.*/s, '')}`);
  sayPage(play, page);
  await showFollowing(play);
  return expected(play, back.startsWith(code) && page.status >= 400, `${code} was to be expected`);
}

/** The very next click, and one more try. */
async function isOut(play: Play, browser: Browser): Promise<number> {
  const page = await browser.open(play.server.url);
  const isThrownOut = pathOf(page) === '/login';
  play.print(`  the very next click: Bifrost shows the page "${page.title}" again; the session is gone`);
  const failures = expected(play, isThrownOut, 'the session should have ended');
  play.print('  signing in once more');
  return failures + (await isRefused(play, browser, 'AADSTS50057'));
}

function sayPage({ print }: Play, { title, words }: Page): void {
  const at = words.indexOf('For your administrator');
  const forPerson = at < 0 ? words : words.slice(0, at);
  print(`  the page says: ${[`${title}.`, ...forPerson].join(' ')}`);
  if (at >= 0) print(`    for the administrator: ${words.slice(at + 1).join(' ')}`);
}

const pathOf = ({ url }: Page): string => new URL(url).pathname;

const placeOf =
  ({ server, login }: Play) =>
  (stop: string): string => {
    const { origin, pathname } = new URL(stop);
    if (origin === login.url) return 'Entra';
    return `${origin === server.url ? 'Bifrost' : origin} ${pathname}`;
  };

function expected({ print }: Play, isAsItShould: boolean, sentence: string): number {
  if (isAsItShould) return 0;
  print(`  FAILED: ${sentence}`);
  return 1;
}
