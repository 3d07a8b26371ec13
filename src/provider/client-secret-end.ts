// When the client secret of an Entra application ends, as Graph has it (Application.Read.All, which reconciliation has too).

import type { Provider } from '../identity/provider.ts';
import { own } from '../scim/json.ts';
import { endpointsOf } from './endpoints.ts';
import { askGraph } from './graph.ts';
import type { Reach } from './reach.ts';

/** Graph shows so much of a secret, so that people can tell them apart. */
const HINT_CHARACTERS = 3;

/**
 * Milliseconds; null: Graph has none that begins like ours; undefined: it could not be asked. Of several that begin alike the
 * one that ends first: a notice too early is better than none.
 */
export async function clientSecretEnd(reach: Reach, provider: Provider): Promise<number | null | undefined> {
  const secret = reach.secretOf(provider);
  const endpoints = endpointsOf(provider, reach.development);
  if (secret === null || endpoints.kind !== 'entra') return undefined;
  const path = `/applications(appId='${encodeURIComponent(endpoints.clientId)}')?$select=id,passwordCredentials`;
  const answer = await askGraph(reach, provider, { path });
  if (!answer.ok) return undefined;
  const credentials = own(answer.body, 'passwordCredentials');
  if (!Array.isArray(credentials)) return undefined;
  const ends = credentials
    .filter((each) => own(each, 'hint') === secret.slice(0, HINT_CHARACTERS))
    .map((each) => Date.parse(String(own(each, 'endDateTime'))))
    .filter(Number.isFinite);
  return ends.length === 0 ? null : Math.min(...ends);
}
