// Joining the local Entra (simulator/) in development mode: asks its control API which application it has, has it take our
// addresses, and answers what the wizard fills in. Reaches this machine alone, through the one way out.

import { type Static, Type } from 'typebox';
import { isLoopbackAddress } from '../../network.ts';
import type { Outbound } from '../../outbound.ts';
import { OutboundFailure } from '../../outbound-failure.ts';
import { Refusal } from '../../refusal.ts';
import { isObject } from '../../scim/json.ts';
import { orNull, text } from './contract.ts';
import { badInput } from './read-input.ts';
import { type Route, route } from './route.ts';
import { signInAddresses } from './sign-in-contract.ts';

const ADDRESS = 'http://127.0.0.1:9000';
const START_IT = 'npm run simulator -- serve';
const TIMEOUT_MS = 3_000;

const joinedShape = Type.Object({
  ok: Type.Boolean(),
  sentence: text(),
  advice: orNull(text('What to do; null where there is nothing to do.')),
  settings: orNull(
    Type.Object(
      {
        tenantId: text(),
        clientId: text(),
        clientSecret: text('Of the local Entra: nobody real has it.'),
        authorityUrl: text(),
        graphUrl: text(),
      },
      { description: 'For a provider of the kind entra.' },
    ),
  ),
});
export type LocalEntraJson = Static<typeof joinedShape>;

const joinLocalEntra = route({
  method: 'POST',
  path: '/providers/local-entra',
  permission: { resource: 'providers', operation: 'create' },
  summary: 'Join the local Entra, for trying out',
  description:
    'In development mode alone (BIFROST_DEVELOPMENT=1). Our redirect addresses are registered there, and the answer has what a provider of it needs. Nothing is stored here.',
  optionalBody: true,
  body: Type.Object(
    {
      address: Type.Optional(
        Type.String({ maxLength: 200, default: ADDRESS, description: 'Where it listens on this machine.' }),
      ),
    },
    { additionalProperties: false },
  ),
  response: joinedShape,
  refuses: { 409: 'The server is not in development mode' },
  async handle({ parts, body }) {
    if (!parts.settings.development) {
      const detail = `The local Entra is for trying out: start Bifrost with BIFROST_DEVELOPMENT=1, and it with ${START_IT}.`;
      throw new Refusal('conflict', detail);
    }
    const base = readAddress(body.address ?? ADDRESS);
    const headers = { 'cache-control': 'no-store' };
    return { headers, body: await join(parts.reach.outbound, base, parts.publicUrl()) };
  },
});

function readAddress(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : null;
  const host = url?.hostname.replace(/^\[|\]$/g, '') ?? '';
  if (url?.protocol !== 'http:' || !(host === 'localhost' || isLoopbackAddress(host))) {
    const problem = `is no address of this machine: write it as ${ADDRESS}`;
    throw badInput('The local Entra', [{ path: '/address', problem }]);
  }
  return url.origin;
}

async function join(
  outbound: Pick<Outbound, 'fetch'>,
  base: string,
  publicUrl: string,
): Promise<LocalEntraJson> {
  try {
    const { status, body } = await outbound.fetch(`${base}/control/app`, { timeoutMs: TIMEOUT_MS });
    const app = readRegistration(status === 200 ? body : '');
    if (!app) return notThere(`What answers at ${base} is no local Entra.`);
    const { redirectUri, discoverRedirectUri, frontChannelLogoutUri } = signInAddresses(publicUrl);
    const redirectUris = [...new Set([...app.redirectUris, redirectUri, discoverRedirectUri])];
    const registered = await outbound.fetch(`${base}/control/app`, {
      method: 'PATCH',
      body: JSON.stringify({ redirectUris, logoutUrl: frontChannelLogoutUri }),
      timeoutMs: TIMEOUT_MS,
    });
    if (registered.status >= 300)
      return notThere(`The local Entra did not take our addresses: ${registered.body}`);
    const { tenantId, clientId, clientSecret } = app;
    return {
      ok: true,
      sentence: `The local Entra at ${base} has registered this Bifrost.`,
      advice: null,
      settings: { tenantId, clientId, clientSecret, authorityUrl: base, graphUrl: `${base}/graph` },
    };
  } catch (error) {
    if (!(error instanceof OutboundFailure)) throw error;
    return notThere(`No local Entra answers at ${base}.`);
  }
}

function notThere(sentence: string): LocalEntraJson {
  return { ok: false, sentence, advice: `Start it in another terminal: ${START_IT}`, settings: null };
}

interface Registration {
  tenantId: string;
  clientId: string;
  clientSecret: string;
  redirectUris: string[];
}

function readRegistration(body: string): Registration | null {
  const app = parsed(body);
  if (!isObject(app) || !Array.isArray(app.secrets) || !Array.isArray(app.redirectUris)) return null;
  const { homeTenantId, clientId } = app;
  const [secret] = app.secrets as unknown[];
  const value = isObject(secret) ? secret.value : null;
  if (typeof homeTenantId !== 'string' || typeof clientId !== 'string' || typeof value !== 'string')
    return null;
  return {
    tenantId: homeTenantId,
    clientId,
    clientSecret: value,
    redirectUris: app.redirectUris.map(String),
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

export const localEntraRoutes: readonly Route[] = [joinLocalEntra];
