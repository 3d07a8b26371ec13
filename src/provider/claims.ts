// From the payload of a verified token to claims: what becomes facts of a person. Owns what is protocol and not fact, and
// the bounds. A claim that cannot be taken whole is unknown (no news), never cut: a part of a list would take access away.

import { isObject, isReservedKey, type Json, type JsonObject, own } from '../scim/json.ts';
import { TEXT_CHARACTERS, UNLISTED_NAME_CHARACTERS } from '../scim/limits.ts';
import { isCleanText } from '../scim/value.ts';

export interface Claims {
  /** By name as the token has it; `null`, `""` and `[]` are news too. */
  readonly claims: JsonObject;
  /** Names of which the token does not say what they hold: too many groups for it, or beyond our bounds. */
  readonly unknown: readonly string[];
}

/** What a token says of itself, of the session or of the application (RFC 7519 4.1, OpenID Connect Core 2, Entra, Keycloak). */
const PROTOCOL: ReadonlySet<string> = new Set([
  'iss',
  'sub',
  'aud',
  'exp',
  'nbf',
  'iat',
  'jti',
  'typ',
  'azp',
  'nonce',
  'at_hash',
  'c_hash',
  's_hash',
  'auth_time',
  'acr',
  'acrs',
  'amr',
  'sid',
  'ver',
  'scope',
  'scp',
  'session_state',
  'client_id',
  'cid',
  'uid',
  'rat',
  'oid',
  'aio',
  'rh',
  'uti',
  'idtyp',
  'appid',
  'appidacr',
  'azpacr',
  'login_hint',
  'hasgroups',
  'in_corp',
  'ipaddr',
  'pwd_exp',
  'pwd_url',
  'signin_state',
  'allowed-origins',
  '_claim_names',
  '_claim_sources',
]);

const CLAIMS_MOST = 500;
const DEPTH = 8;
/** Values of all claims together: a person in 10,000 groups still fits. */
const NODES = 20_000;

/** `payload`: of a token whose signature was checked; a JSON object as it was parsed. */
export function readClaims(payload: Readonly<Record<string, unknown>>): Claims {
  const unknown = new Set(namedElsewhere(payload));
  const claims: JsonObject = {};
  const budget = { nodes: NODES };
  let count = 0;
  for (const name of Object.keys(payload)) {
    if (isProtocol(name) || unknown.has(name) || !isUsableName(name)) continue;
    const value = ++count <= CLAIMS_MOST ? bounded(payload[name], DEPTH, budget) : undefined;
    if (value === undefined) unknown.add(name);
    else claims[name] = value;
  }
  return { claims, unknown: [...unknown].slice(0, CLAIMS_MOST) };
}

/** Everything that the token holds and that is within the bounds, for whoever sets up rules. */
export function readWholePayload(payload: Readonly<Record<string, unknown>>): JsonObject {
  const budget = { nodes: NODES };
  const entries = Object.keys(payload)
    .filter(isUsableName)
    .slice(0, CLAIMS_MOST)
    .map((name) => [name, bounded(payload[name], DEPTH, budget)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as JsonObject;
}

/** `extra`: of a second token about the same person; where both name a claim, the first one counts. */
export function withClaimsOf(first: Claims, extra: Claims): Claims {
  const isNamed = (name: string) => Object.hasOwn(first.claims, name) || first.unknown.includes(name);
  const added = Object.entries(extra.claims).filter(([name]) => !isNamed(name));
  return {
    claims: { ...first.claims, ...Object.fromEntries(added) },
    unknown: [...first.unknown, ...extra.unknown.filter((name) => !isNamed(name))],
  };
}

/** A claim that was found out otherwise. */
export function withClaim({ claims, unknown }: Claims, name: string, value: Json): Claims {
  return { claims: { ...claims, [name]: value }, unknown: unknown.filter((each) => each !== name) };
}

/**
 * OpenID Connect Core 5.6.2, as Entra uses it: more groups than a token holds leave the claim out and name it here.
 * `hasgroups` says the same in tokens of the implicit flow.
 */
function namedElsewhere(payload: Readonly<Record<string, unknown>>): string[] {
  const names = own(payload, '_claim_names');
  const named = isObject(names) ? Object.keys(names).filter(isUsableName) : [];
  return own(payload, 'hasgroups') === true ? [...named, 'groups'] : named;
}

function isProtocol(name: string): boolean {
  return PROTOCOL.has(name) || name.startsWith('xms_');
}

function isUsableName(name: string): boolean {
  return !isReservedKey(name) && name !== '' && name.length <= UNLISTED_NAME_CHARACTERS && isCleanText(name);
}

/** A copy without keys that reach a prototype; undefined where it is beyond a bound. */
function bounded(raw: unknown, depth: number, budget: { nodes: number }): Json | undefined {
  if (--budget.nodes < 0 || depth < 0) return undefined;
  if (raw === null || typeof raw === 'boolean') return raw;
  if (typeof raw === 'number') return Number.isFinite(raw) ? raw : undefined;
  if (typeof raw === 'string') return raw.length <= TEXT_CHARACTERS && isCleanText(raw) ? raw : undefined;
  if (Array.isArray(raw)) {
    const list: Json[] = [];
    for (const item of raw) {
      const value = bounded(item, depth - 1, budget);
      if (value === undefined) return undefined;
      list.push(value);
    }
    return list;
  }
  if (!isObject(raw)) return undefined;
  const object: JsonObject = {};
  for (const key of Object.keys(raw)) {
    if (!isUsableName(key)) continue;
    const value = bounded(raw[key], depth - 1, budget);
    if (value === undefined) return undefined;
    object[key] = value;
  }
  return object;
}
