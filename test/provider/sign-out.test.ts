// Signing out at the provider: where the browser goes.

import { expect, it } from 'vitest';
import { signOutUrl } from '../../src/provider/sign-out.ts';
import { CLIENT, discoveryOf, entra, providerOf, serveEntra, V2, world } from './world.ts';

const back = 'https://bifrost.example/signed-out';

it('sends the browser to the provider and back, and says whom it is about', async () => {
  const here = world();
  serveEntra(here, []);
  const url = new URL((await signOutUrl(here.reach, entra, { redirectUri: back, loginHint: 'hint' }))!);
  expect(url.origin + url.pathname).toBe(`${V2}/logout`);
  expect(Object.fromEntries(url.searchParams)).toEqual({
    client_id: CLIENT,
    post_logout_redirect_uri: back,
    logout_hint: 'hint',
  });
});

it('has no address where the provider offers none', async () => {
  const here = world();
  const issuer = 'https://id.example';
  here.on(issuer, { body: discoveryOf(issuer, issuer, { end_session_endpoint: undefined }) });
  const provider = providerOf('oidc', { issuer });
  expect(await signOutUrl(here.reach, provider, { redirectUri: back, loginHint: null })).toBeNull();
});
