// The discovery document of a provider: fetched, checked against the settings, kept. Entra has two of them for each
// tenant, one per version of tokens.

import { OutboundFailure } from '../outbound-failure.ts';
import { isObject, own } from '../scim/json.ts';
import {
  type Endpoints,
  type EntraEndpoints,
  entraDiscoveryUrl,
  entraIssuer,
  type IssuerEndpoints,
  type TokenVersion,
  tenantOfIssuer,
} from './endpoints.ts';
import { entryOf, type Keeping, kept } from './kept.ts';
import type { Reach } from './reach.ts';
import { SignInRefusal } from './sign-in-refusal.ts';

/** What of a discovery document is used (OpenID Connect Discovery 1.0, 3). */
export interface Metadata {
  readonly issuer: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly jwksUri: string;
  readonly userinfoEndpoint: string | null;
  readonly endSessionEndpoint: string | null;
  /** What ID tokens may be signed with; empty where it does not say. */
  readonly signingAlgorithms: readonly string[];
  /** Null where it does not say: then Basic, says the standard. */
  readonly tokenAuthMethods: readonly string[] | null;
  readonly scopes: readonly string[] | null;
  /** RFC 9207: every callback names its issuer. */
  readonly namesIssuerInCallback: boolean;
}

/** Microsoft's advice for its keys; the documents that lead to them change more seldom. */
export const keeping: Keeping = {
  renewAfterMs: 3_600_000,
  waitAfterMs: 24 * 3_600_000,
  pauseMs: 60_000,
};

/** What the addresses for signing in are read from. Rejects with a SignInRefusal. */
export async function signInMetadata(reach: Reach, endpoints: Endpoints): Promise<Metadata> {
  return endpoints.kind === 'entra'
    ? entraMetadata(reach, endpoints, endpoints.signInTenant, '2.0')
    : issuerMetadata(reach, endpoints);
}

/** Of the provider's own tenant, where the application itself signs in. Rejects with a SignInRefusal. */
export async function homeMetadata(reach: Reach, endpoints: Endpoints): Promise<Metadata> {
  return endpoints.kind === 'entra'
    ? entraMetadata(reach, endpoints, endpoints.tenant, '2.0')
    : issuerMetadata(reach, endpoints);
}

/** `tenant`: an id, a domain or `organizations`. The issuer of the document has been compared with the settings. */
export async function entraMetadata(
  reach: Reach,
  endpoints: EntraEndpoints,
  tenant: string,
  version: TokenVersion,
): Promise<Metadata> {
  const metadata = await keptMetadata(reach, entraDiscoveryUrl(endpoints, tenant, version));
  // The issuer of version 1.0 has a host of its own in each cloud, which this document alone names.
  if (version === '2.0') checkEntraIssuer(endpoints, tenant, metadata.issuer);
  return metadata;
}

/** The id of a tenant that may be written as one of its domains; lower case. Rejects with a SignInRefusal. */
export async function tenantId(reach: Reach, endpoints: EntraEndpoints, tenant: string): Promise<string> {
  const written = tenantOfIssuer(endpoints.issuerTemplate, entraIssuer(endpoints, tenant));
  if (written !== null) return written;
  const { issuer } = await entraMetadata(reach, endpoints, tenant, '2.0');
  return tenantOfIssuer(endpoints.issuerTemplate, issuer) ?? refuseIssuer(endpoints.issuerTemplate, issuer);
}

/** Throws `bad_metadata` where the document is that of another issuer than the settings name. */
export function checkIssuer(endpoints: Endpoints, metadata: Metadata): void {
  if (endpoints.kind === 'entra') {
    checkEntraIssuer(endpoints, endpoints.signInTenant, metadata.issuer);
  } else if (withoutSlash(metadata.issuer) !== withoutSlash(endpoints.issuer)) {
    // A slash at the end, which administrators leave out, makes no other issuer; tokens are compared exactly.
    refuseIssuer(endpoints.issuer, metadata.issuer);
  }
}

function checkEntraIssuer(endpoints: EntraEndpoints, tenant: string, issuer: string): void {
  const { issuerTemplate } = endpoints;
  const found = tenantOfIssuer(issuerTemplate, issuer);
  const wanted = tenantOfIssuer(issuerTemplate, entraIssuer(endpoints, tenant));
  if (
    tenant === 'organizations' ? issuer === issuerTemplate : found !== null && found === (wanted ?? found)
  ) {
    return;
  }
  refuseIssuer(entraIssuer(endpoints, tenant), issuer);
}

function refuseIssuer(expected: string, found: string): never {
  throw new SignInRefusal('bad_metadata', {
    detail: `The discovery document names the issuer ${found.slice(0, 300)}; expected ${expected}.`,
  });
}

async function issuerMetadata(reach: Reach, endpoints: IssuerEndpoints): Promise<Metadata> {
  const { authorizationEndpoint, tokenEndpoint, jwksUri } = endpoints.overrides;
  if (authorizationEndpoint && tokenEndpoint && jwksUri) {
    // Nothing is left that the document would say, so a provider without one can be used.
    const named = { authorizationEndpoint, tokenEndpoint, jwksUri };
    return { ...silent, issuer: endpoints.issuer, ...named, ...endpoints.overrides };
  }
  const metadata = await keptMetadata(reach, endpoints.discoveryUrl);
  checkIssuer(endpoints, metadata);
  return { ...metadata, ...endpoints.overrides };
}

const silent = {
  userinfoEndpoint: null,
  endSessionEndpoint: null,
  signingAlgorithms: [],
  tokenAuthMethods: null,
  scopes: null,
  namesIssuerInCallback: false,
};

function keptMetadata(reach: Reach, url: string): Promise<Metadata> {
  const make = () => kept(reach.clock, keeping, () => fetchMetadata(reach, url));
  return entryOf(reach.memory.metadata, url, make).get();
}

async function fetchMetadata(reach: Pick<Reach, 'outbound'>, url: string): Promise<Metadata> {
  return readMetadata(await fetchJson(reach, url), url);
}

/** `unknown` ends here: throws `bad_metadata` for what is no discovery document. */
export function readMetadata(body: unknown, url: string): Metadata {
  const document = isObject(body) ? body : {};
  const refuse = (name: string): never => {
    const detail = `${url} answered without a usable \`${name}\`: it is no discovery document.`;
    throw new SignInRefusal('bad_metadata', { detail });
  };
  const textOrNull = (name: string) => {
    const value = own(document, name);
    return typeof value === 'string' && value.length <= ADDRESS_CHARACTERS ? value : null;
  };
  // A browser is sent there with what it signs in with, so no document leads from https to anything else.
  const addressOrNull = (name: string) => {
    const value = textOrNull(name);
    if (value === null || !URL.canParse(value)) return null;
    const { protocol } = new URL(value);
    return protocol === 'https:' || (protocol === 'http:' && url.startsWith('http:')) ? value : null;
  };
  const address = (name: string) => addressOrNull(name) ?? refuse(name);
  const list = (name: string) => {
    const value = own(document, name);
    return Array.isArray(value) ? value.filter((each) => typeof each === 'string').slice(0, LIST_MOST) : null;
  };
  return {
    issuer: textOrNull('issuer') ?? refuse('issuer'),
    authorizationEndpoint: address('authorization_endpoint'),
    tokenEndpoint: address('token_endpoint'),
    jwksUri: address('jwks_uri'),
    userinfoEndpoint: addressOrNull('userinfo_endpoint'),
    endSessionEndpoint: addressOrNull('end_session_endpoint'),
    signingAlgorithms: list('id_token_signing_alg_values_supported') ?? [],
    tokenAuthMethods: list('token_endpoint_auth_methods_supported'),
    scopes: list('scopes_supported'),
    namesIssuerInCallback: own(document, 'authorization_response_iss_parameter_supported') === true,
  };
}

const ADDRESS_CHARACTERS = 2_048;
const LIST_MOST = 200;

/** A JSON document of a provider. Rejects with a SignInRefusal `provider_unreachable`. */
export async function fetchJson(reach: Pick<Reach, 'outbound'>, url: string): Promise<unknown> {
  const unreachable = (detail: string, advice?: string) =>
    new SignInRefusal('provider_unreachable', { detail, ...(advice !== undefined && { advice }) });
  const { status, body } = await reach.outbound
    .fetch(url, { headers: { accept: 'application/json' } })
    .catch((error: unknown) => {
      throw error instanceof OutboundFailure ? unreachable(error.message, error.advice) : error;
    });
  if (status !== 200) throw unreachable(`${url} answered ${status}.`);
  try {
    return JSON.parse(body);
  } catch {
    throw unreachable(`${url} answered with something that is no JSON.`);
  }
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
