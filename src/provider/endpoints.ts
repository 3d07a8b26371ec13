// Where a provider is: from its settings to the addresses and names that everything else in this room starts from.
// Pure; what stands in its discovery document: metadata.ts.

import type { Provider, ProviderKind } from '../identity/provider.ts';
import { SignInRefusal } from './sign-in-refusal.ts';

/** A tenant stands in an issuer of Entra as this word, in its own documents as here. */
const TENANT = '{tenantid}';
export const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export interface EntraEndpoints {
  readonly kind: 'entra';
  readonly clientId: string;
  /** What a token's `aud` may be, by the version of the token. */
  readonly audiences: Readonly<Record<TokenVersion, readonly string[]>>;
  /** Id or domain, as configured. */
  readonly tenant: string;
  /** Ids and domains, as configured; never empty. */
  readonly allowedTenants: readonly string[];
  /** Tenant of the addresses for signing in: `tenant`, or `organizations` where others may sign in too. */
  readonly signInTenant: string;
  /** Scheme, host and perhaps path, without a slash at the end. */
  readonly authority: string;
  /** Issuer of version 2.0 tokens, with `{tenantid}` in the place of the tenant. */
  readonly issuerTemplate: string;
  /** With `/v1.0`, without a slash at the end. */
  readonly graphUrl: string;
  readonly graphScope: string;
}

export interface IssuerEndpoints {
  readonly kind: Exclude<ProviderKind, 'entra'>;
  readonly clientId: string;
  readonly audiences: readonly string[];
  readonly discoveryUrl: string;
  readonly issuer: string;
  /** Other ways in which tokens write that issuer. */
  readonly issuerAliases: readonly string[];
  /** What the settings say instead of the discovery document. */
  readonly overrides: {
    readonly authorizationEndpoint?: string;
    readonly tokenEndpoint?: string;
    readonly jwksUri?: string;
    readonly userinfoEndpoint?: string;
  };
  /** Of Google: the domain that `hd` must name. */
  readonly domain: string | null;
}

export type Endpoints = EntraEndpoints | IssuerEndpoints;
export type TokenVersion = '1.0' | '2.0';

interface Cloud {
  readonly login: string;
  /** Host of the issuer, which in China is not the host that is called. */
  readonly issuer: string;
  readonly graph: string;
}

/** The national clouds. GCC High and DoD share the sign-in host, so the cloud is a setting. */
const CLOUDS: Readonly<Record<string, Cloud>> = {
  commercial: {
    login: 'https://login.microsoftonline.com',
    issuer: 'https://login.microsoftonline.com',
    graph: 'https://graph.microsoft.com',
  },
  'gcc-high': {
    login: 'https://login.microsoftonline.us',
    issuer: 'https://login.microsoftonline.us',
    graph: 'https://graph.microsoft.us',
  },
  dod: {
    login: 'https://login.microsoftonline.us',
    issuer: 'https://login.microsoftonline.us',
    graph: 'https://dod-graph.microsoft.us',
  },
  china: {
    login: 'https://login.chinacloudapi.cn',
    issuer: 'https://login.partner.microsoftonline.cn',
    graph: 'https://microsoftgraph.chinacloudapi.cn',
  },
};

const GOOGLE = 'https://accounts.google.com';

/**
 * `development`: stand-ins for Entra and Graph are allowed. Throws a SignInRefusal `bad_settings` where the connection
 * lacks what its kind needs, or names a stand-in that is not allowed here.
 */
export function endpointsOf({ settings }: Pick<Provider, 'settings'>, development: boolean): Endpoints {
  const { kind, connection } = settings;
  const read = connectionReader(connection);
  const clientId = read.needed('clientId');
  const audience = read.text('audience') ?? clientId;
  if (kind === 'entra') return entraEndpoints(connection, clientId, audience, development);
  const issuer = issuerOf(kind, read);
  const home = kind === 'keycloak' ? realmUrl(read) : issuer;
  return {
    kind,
    clientId,
    audiences: [audience],
    discoveryUrl: discoveryUrlOf(home),
    issuer,
    // Google documents both for its ID tokens.
    issuerAliases: issuer === GOOGLE ? ['accounts.google.com'] : [],
    overrides: kind === 'oidc' ? overridesOf(read) : {},
    domain: kind === 'google' ? read.needed('domain').toLowerCase() : null,
  };
}

/** Where Okta's management API is: at the org itself, whichever of its authorization servers signs people in. */
export function oktaApiUrl({ settings }: Pick<Provider, 'settings'>): string {
  const issuer = connectionReader(settings.connection).needed('issuer');
  if (!URL.canParse(issuer)) throw badSettings('issuer', 'is no address');
  return `${new URL(issuer).origin}/api/v1`;
}

/** Where Keycloak's admin API has that realm. */
export function keycloakAdminUrl({ settings }: Pick<Provider, 'settings'>): string {
  const read = connectionReader(settings.connection);
  return `${withoutSlash(read.needed('serverUrl'))}/admin/realms/${encodeURIComponent(read.needed('realm'))}`;
}

/** OpenID Connect Discovery 1.0, 4: appended to the issuer, whose path stays. */
export function discoveryUrlOf(issuer: string): string {
  return `${withoutSlash(issuer)}/.well-known/openid-configuration`;
}

/** The discovery document of a tenant; a token's `ver` decides which version it is checked by. */
export function entraDiscoveryUrl(
  { authority }: EntraEndpoints,
  tenant: string,
  version: TokenVersion,
): string {
  const segment = version === '2.0' ? '/v2.0' : '';
  return discoveryUrlOf(`${authority}/${encodeURIComponent(tenant)}${segment}`);
}

/** The issuer of that tenant's version 2.0 tokens. */
export function entraIssuer({ issuerTemplate }: EntraEndpoints, tenant: string): string {
  return issuerTemplate.replace(TENANT, tenant);
}

/** The id of the tenant that an issuer is of, in lower case; null where it is none by that template. */
export function tenantOfIssuer(template: string, issuer: string): string | null {
  const [before = '', after = ''] = template.split(TENANT);
  const tenant = issuer.slice(before.length, issuer.length - after.length);
  return issuer === `${before}${tenant}${after}` && GUID.test(tenant) ? tenant.toLowerCase() : null;
}

function entraEndpoints(
  connection: Readonly<Record<string, unknown>>,
  clientId: string,
  audience: string,
  development: boolean,
): EntraEndpoints {
  const read = connectionReader(connection);
  const cloud = CLOUDS[read.text('cloud') ?? 'commercial'];
  if (!cloud) throw badSettings('cloud', 'is no cloud that we know');
  const [authority, graph] = [read.text('authorityUrl'), read.text('graphUrl')];
  if (!development && (authority ?? graph) !== null) {
    throw badSettings(authority === null ? 'graphUrl' : 'authorityUrl', 'needs BIFROST_DEVELOPMENT=1');
  }
  const tenant = read.needed('tenantId');
  const listed = connection.allowedTenants;
  const allowed = Array.isArray(listed) ? listed.filter((each) => typeof each === 'string') : [];
  const isOwnAlone = allowed.every((each) => each.toLowerCase() === tenant.toLowerCase());
  const appIdUri = read.text('appIdUri');
  const graphHost = withoutSlash(graph ?? cloud.graph);
  return {
    kind: 'entra',
    clientId,
    audiences: { '2.0': [audience], '1.0': appIdUri === null ? [audience] : [audience, appIdUri] },
    tenant,
    allowedTenants: allowed.length > 0 ? allowed : [tenant],
    // Guests can sign in by the tenant's own address alone, so the shared one is for when it must be.
    signInTenant: isOwnAlone ? tenant : 'organizations',
    authority: withoutSlash(authority ?? cloud.login),
    issuerTemplate: `${withoutSlash(authority ?? cloud.issuer)}/${TENANT}/v2.0`,
    graphUrl: `${graphHost}/v1.0`,
    graphScope: `${graphHost}/.default`,
  };
}

function issuerOf(kind: IssuerEndpoints['kind'], read: ConnectionReader): string {
  if (kind === 'google') return withoutSlash(read.text('issuer') ?? GOOGLE);
  if (kind === 'keycloak') return read.text('issuer') ?? realmUrl(read);
  return read.needed('issuer');
}

function realmUrl(read: ConnectionReader): string {
  return `${withoutSlash(read.needed('serverUrl'))}/realms/${encodeURIComponent(read.needed('realm'))}`;
}

function overridesOf(read: ConnectionReader): IssuerEndpoints['overrides'] {
  const names = ['authorizationEndpoint', 'tokenEndpoint', 'jwksUri', 'userinfoEndpoint'] as const;
  return Object.fromEntries(names.map((name) => [name, read.text(name)]).filter(([, value]) => value));
}

interface ConnectionReader {
  /** Null where it is missing or empty. */
  text(name: string): string | null;
  needed(name: string): string;
}

function connectionReader(connection: Readonly<Record<string, unknown>>): ConnectionReader {
  const text = (name: string) => {
    const value = Object.hasOwn(connection, name) ? connection[name] : null;
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
  };
  const needed = (name: string) => {
    const value = text(name);
    if (value === null) throw badSettings(name, 'is missing');
    return value;
  };
  return { text, needed };
}

function badSettings(name: string, problem: string): SignInRefusal {
  return new SignInRefusal('bad_settings', { detail: `\`${name}\` of the provider ${problem}.` });
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
