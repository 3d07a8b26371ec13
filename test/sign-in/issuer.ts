// An OpenID Connect issuer that others wrote and certified (node-oidc-provider), with people to sign in as. Owns its two pages,
// which load nothing, and the tale of what it was asked for; the clock is the machine's.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type Configuration } from 'oidc-provider';
import { vi } from 'vitest';
import type { Visitor } from './visitor.ts';

export interface Issuer {
  url: string;
  /** Claims by `sub`, as they are now. */
  people: Map<string, Record<string, unknown>>;
  /** Successful grants at the token endpoint, refused ones as `refused`, and `revoked` for each that it took back. */
  tale: string[];
  client: { id: string; secret: string };
  /** Registers the server that may send people here. */
  admit(bifrost: string): void;
  /** Every grant of everybody ends. */
  revokeAll(): Promise<void>;
  /** From the address that begins a sign-in to the callback, as the person would click. */
  signIn(visitor: Visitor, start: string, sub: string): Promise<string>;
  close(): Promise<void>;
}

const client = { id: 'bifrost', secret: 'a secret with : and % and a space' };
const SCOPES = 'openid profile email roles';

/** `path`: where it is mounted, such as `/realms/staff`. */
export async function startIssuer(path = ''): Promise<Issuer> {
  // Its advice for whoever runs one.
  for (const level of ['info', 'warn'] as const) vi.spyOn(console, level).mockImplementation(() => {});
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const people: Issuer['people'] = new Map();
  const tale: string[] = [];
  const grants = new Set<string>();
  let theirs: Provider;

  return {
    url,
    people,
    tale,
    client,
    admit(bifrost) {
      theirs = new Provider(url, configuration(bifrost, path, people, grants));
      theirs.on('grant.success', ({ oidc }) => tale.push(String(oidc.params?.grant_type)));
      theirs.on('grant.error', () => tale.push('refused'));
      theirs.on('grant.revoked', () => tale.push('revoked'));
      server.on('request', handler(theirs, path, people));
    },
    async revokeAll() {
      await Promise.all(
        [...grants].map(async (id) => {
          await theirs.RefreshToken.revokeByGrantId(id);
          await (await theirs.Grant.find(id))?.destroy();
        }),
      );
    },
    signIn: (visitor, start, sub) => signIn(visitor, start, sub, url),
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function configuration(
  bifrost: string,
  path: string,
  people: Issuer['people'],
  grants: Set<string>,
): Configuration {
  return {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [`${bifrost}/login`],
        post_logout_redirect_uris: [`${bifrost}/login`],
        grant_types: ['authorization_code', 'refresh_token'],
      },
    ],
    claims: { openid: ['sub', 'resource', 'realm_access'], profile: ['name', 'preferred_username'] },
    conformIdTokenClaims: false,
    cookies: { keys: ['nobody signs in here for real'] },
    // As Keycloak and Okta do. By the letter of OpenID Connect Core 11 it would take `prompt=consent`.
    issueRefreshToken: async () => true,
    rotateRefreshToken: true,
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        async logoutSource(context, form) {
          const button = '<button form="op.logoutForm" name="logout" value="yes">Sign out there</button>';
          context.body = pageOf('Leave the issuer?', form + button);
        },
      },
    },
    interactions: { url: (_, { uid }) => `${path}/interaction/${uid}` },
    findAccount: (_, sub) =>
      people.has(sub) ? { accountId: sub, claims: async () => ({ ...people.get(sub), sub }) } : undefined,
    async loadExistingGrant({ oidc }) {
      const { provider, session, client: asking } = oidc;
      const known = session?.grantIdFor(asking!.clientId);
      const grant =
        (known && (await provider.Grant.find(known))) ||
        new provider.Grant({ clientId: asking!.clientId, accountId: session!.accountId! });
      grant.addOIDCScope(SCOPES);
      grants.add(await grant.save());
      return grant;
    },
  };
}

function handler(theirs: Provider, path: string, people: Issuer['people']) {
  const answer = theirs.callback();
  return (request: IncomingMessage & { originalUrl?: string }, response: ServerResponse): void => {
    request.originalUrl = request.url ?? '/';
    request.url = request.originalUrl.slice(path.length) || '/';
    if (!request.url.startsWith('/interaction/')) {
      answer(request, response);
      return;
    }
    interact(theirs, people, request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  };
}

/** A page of buttons, one for each person; pressing one signs in. */
async function interact(
  theirs: Provider,
  people: Issuer['people'],
  request: IncomingMessage & { originalUrl?: string },
  response: ServerResponse,
): Promise<void> {
  if (request.method === 'POST') {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const accountId = new URLSearchParams(Buffer.concat(chunks).toString()).get('sub')!;
    await theirs.interactionFinished(request, response, { login: { accountId } });
    return;
  }
  const buttons = [...people.keys()].map((sub) => `<button name="sub" value="${sub}">${sub}</button>`);
  const form = `<form method="post" action="${request.originalUrl}">${buttons.join(' ')}</form>`;
  response.setHeader('content-type', 'text/html; charset=utf-8').end(pageOf('Who are you?', form));
}

function pageOf(title: string, body: string): string {
  return `<!doctype html><html lang="en"><title>${title}</title><link rel="icon" href="data:,"><h1>${title}</h1>${body}</html>`;
}

async function signIn(visitor: Visitor, start: string, sub: string, url: string): Promise<string> {
  let next = start;
  for (let steps = 0; steps < 12; steps++) {
    const visit = next.includes('/interaction/')
      ? await visitor.post(next, { sub }, { origin: new URL(url).origin })
      : await visitor.get(next);
    if (visit.location === null) throw new Error(`the issuer said ${visit.status}: ${visit.text}`);
    next = new URL(visit.location, next).href;
    if (!next.startsWith(url)) return next;
  }
  throw new Error('the issuer goes in circles');
}
