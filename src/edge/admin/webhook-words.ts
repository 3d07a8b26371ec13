// What people say of a webhook, read: its name, an address that may be called, types that there are, providers by id.

import { isIP } from 'node:net';
import { Type } from 'typebox';
import type { WebhookWords } from '../../ledger/webhooks.ts';
import { refusalOfAddress } from '../../network.ts';
import { isOfType } from '../../outbox/wanted.ts';
import type { Parts } from '../parts.ts';
import { eventWords } from './event-pages.ts';
import { findProvider } from './look-up.ts';
import { badInput, type InputProblem } from './read-input.ts';
import { trustedNetworks } from './trusted-networks.ts';

const URL_CHARACTERS = 2_000;
const PROVIDERS_MOST = 100;

export const wordsShape = {
  name: Type.String({
    minLength: 1,
    maxLength: 100,
    pattern: '^[^\\u0000]*$',
    description: 'What it is for; no two are called the same.',
  }),
  url: Type.String({
    minLength: 1,
    maxLength: URL_CHARACTERS,
    pattern: '^[^\\u0000]*$',
    description: 'https, and a public address or one of a trusted network when it is called.',
  }),
  types: Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
    maxItems: Object.keys(eventWords).length,
    description: 'Such as `user.suspended`, or `user.*` for all that begin so; empty: all.',
  }),
  providers: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
    maxItems: PROVIDERS_MOST,
    description: 'Ids or exact names; empty: all, and events of no provider.',
  }),
};

export async function readWords(
  { ledger, settings }: Pick<Parts, 'ledger' | 'settings'>,
  { name, url, types, providers }: WebhookWords,
  before?: Pick<WebhookWords, 'url'>,
): Promise<WebhookWords> {
  const problems: InputProblem[] = [];
  const note = (path: string, problem: string | null) => problem && problems.push({ path, problem });
  // A network that is not trusted any more is nothing that a change of something else says.
  if (url !== before?.url) {
    note('/url', urlProblem(url, settings.development) ?? (await addressProblem({ ledger, settings }, url)));
  }
  for (const [at, type] of types.entries()) {
    const isKnown = Object.keys(eventWords).some((each) => isOfType(type, each));
    if (!isKnown) note(`/types/${at}`, 'is the type of no event: docs/events.md lists them');
  }
  const ids: string[] = [];
  for (const [at, each] of providers.entries()) {
    const found = await findProvider(ledger, each);
    if (found) ids.push(found.provider.id);
    else note(`/providers/${at}`, 'is no provider');
  }
  if (problems.length > 0) throw badInput('The body', problems.slice(0, 20));
  return { name: name.trim() || name, url, types: [...new Set(types)], providers: [...new Set(ids)] };
}

/** Of an address that stands there itself. That of a name, and this one again, is decided whenever it is called. */
async function addressProblem(
  parts: Pick<Parts, 'ledger' | 'settings'>,
  url: string,
): Promise<string | null> {
  const address = new URL(url).hostname.replace(/^\[|\]$/g, '');
  if (isIP(address) === 0) return null;
  const trusted = (await trustedNetworks(parts)).networks.map(({ cidr }) => cidr);
  const refusal = refusalOfAddress(address, { trusted, development: parts.settings.development });
  if (!refusal) return null;
  const advice = refusal.isTrustable ? '; is it yours, add its network to the trusted networks first' : '';
  return `leads to ${refusal.what}, which is never called${advice}`;
}

function urlProblem(text: string, development: boolean): string | null {
  if (!URL.canParse(text)) return 'is no address: write it as https://host/path';
  const url = new URL(text);
  const isPlain = development && url.protocol === 'http:';
  if (url.protocol !== 'https:' && !isPlain) return 'is not https';
  if (url.username !== '' || url.password !== '') {
    return 'has a user or password in it: a receiver goes by the signature';
  }
  return url.hash === '' ? null : 'has a part behind #, which is never sent';
}
