// Role x route: every address that is mounted says what it needs, and every route of the table is asked by everybody who
// differs in what they may. What is expected stands in docs/permissions.md, so that a change of a permission shows there.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { permissionsPage } from '../../scripts/generate.permissions.ts';
import { everything, type Needs, permissionText, systemRoles } from '../../src/edge/admin/permissions.ts';
import { routes } from '../../src/edge/admin/routes.ts';
import { guardedPages } from '../../src/edge/guarded-pages.ts';
import { isOpenRoute, openRoutes } from '../../src/edge/open-routes.ts';
import { sha256Hex } from '../../src/secret.ts';
import { type Fixture, keys, startFixture } from './fixture.ts';
import { by, keyOf, personNamed, sessionOf } from './signed-in.ts';

const page = readFileSync(new URL('../../docs/permissions.md', import.meta.url), 'utf8');

let api: Fixture;
/** Of somebody whose role permits nothing, and of an administrator who gave it nothing. */
const personal = { emptyRole: '', emptyScope: '' };

beforeAll(async () => {
  api = await startFixture();
  await api.send('POST', '/api/roles', { body: { name: 'Guest' } });
  personal.emptyRole = await keyOf(api, await personNamed(api, 'guest', 'Guest'));
  personal.emptyScope = await keyOf(api, await personNamed(api, 'chief', 'Admin'), { permissions: [] });
});
afterAll(() => api.stop());

const fastifyPath = (path: string) => `/api${path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
const textsOf = (needs: Needs) =>
  typeof needs === 'string' ? [] : ('oneOf' in needs ? needs.oneOf : [needs]).map(permissionText);

describe('every address', () => {
  it('is in the table of routes, or among the open ones with a reason', () => {
    const known = new Set(routes.map((route) => fastifyPath(route.path)));
    const mounted = new Set(api.server.addresses.map(({ path }) => path));
    expect(mounted.size).toBeGreaterThan(50);
    const guarded = new Set(guardedPages.map(({ path }) => path));
    const unsaid = [...mounted].filter((path) => ![known, guarded].some((each) => each.has(path)));
    expect(unsaid.filter((path) => !isOpenRoute(path))).toEqual([]);
    expect([...guarded].filter((path) => !mounted.has(path) || isOpenRoute(path))).toEqual([]);
    expect([...known].filter((path) => !mounted.has(path))).toEqual([]);
  });

  it('that is open by its table is open by the list, and no other of the table is', () => {
    for (const { path, permission } of routes) {
      expect([path, isOpenRoute(fastifyPath(path))]).toEqual([path, permission === 'open']);
    }
  });

  it('that is open answers without a credential, but SCIM, which asks for its own', async () => {
    for (const { path } of openRoutes.filter((each) => !each.path.endsWith('*'))) {
      const refusing = path.endsWith('oauth-discover-callback') ? 400 : 200;
      expect((await fetch(api.server.url + path)).status, path).toBe(refusing);
    }
    for (const path of ['Users', 'Groups', 'Users/x', 'Groups/x']) {
      expect((await fetch(`${api.server.scim}/${path}`)).status, path).toBe(401);
    }
  });
});

describe.each(guardedPages.map((each) => [each.path, each] as const))('GET %s', (path, { needs }) => {
  const wanted = textsOf(needs);
  const cases = systemRoles.map(({ name, permissions }) => ({
    name,
    may: wanted.some((permission) => permissions.includes(permission)),
  }));

  it.each(cases)('$name: $may', async ({ name, may }) => {
    const session = sessionOf(await personNamed(api, `page-${name}-${path.length}`, name));
    const secret = randomBytes(32).toString('base64url');
    await api.server.ledger.sessions.begin({ ...session, hash: sha256Hex(secret) }, by());
    const answer = await fetch(api.server.url + path, {
      headers: { cookie: `__Host-bifrost=${secret}` },
      redirect: 'manual',
    });
    if (may) expect([401, 403]).not.toContain(answer.status);
    else expect(answer.status).toBe(403);
  });

  it('nobody: is led to signing in', async () => {
    const answer = await fetch(api.server.url + path, { redirect: 'manual' });
    expect(answer.headers.get('location')).toMatch(/^\/login\?returnTo=/);
  });
});

describe('the catalogue', () => {
  it('has nothing that no route asks for', () => {
    const asked = new Set(routes.flatMap(({ permission }) => textsOf(permission)));
    expect(everything.filter((permission) => !asked.has(permission))).toEqual([]);
  });

  it('is all the role Admin has, and the others less and less', () => {
    const [admin, developer, viewer] = systemRoles.map(({ permissions }) => new Set(permissions));
    expect(admin).toEqual(new Set(everything));
    expect(admin!.size).toBeGreaterThan(developer!.size);
    expect(developer!.size).toBeGreaterThan(viewer!.size);
    expect([...viewer!].filter((each) => !developer!.has(each))).toEqual([]);
  });
});

it('the page in docs is current', () => {
  expect(page).toBe(permissionsPage());
});

/** Who asks, in the order of the columns of the page. */
const callers: [string, () => string | null | undefined][] = [
  ['Viewer', () => keys.viewer],
  ['Developer', () => keys.developer],
  ['Admin', () => undefined],
  ['a role without anything', () => personal.emptyRole],
  ['a key without anything', () => personal.emptyScope],
  ['nobody', () => null],
];

describe.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', (_, route) => {
  const path = `/api${route.path.replaceAll(/\{\w+\}/g, 'nothing')}`;
  const row = page.split('\n').find((line) => line.startsWith(`| \`${route.method} /api${route.path}\` |`));
  const [viewer, developer, admin, noRole, nobody] = (row ?? '').split(' | ').slice(2);

  it.each(callers)('%s', async (name, keyNow) => {
    const key = keyNow();
    const { status } = await api.send(route.method, path, key === undefined ? {} : { key });
    const said = { Viewer: viewer, Developer: developer, Admin: admin, nobody }[name] ?? noRole;
    const refused = name === 'nobody' ? 401 : 403;
    if (said?.startsWith('yes')) expect([401, 403]).not.toContain(status);
    else expect(status).toBe(refused);
  });
});
