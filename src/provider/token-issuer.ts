// Who may have issued a token: for what it says of itself, the issuer, the algorithms and the keys that it has to be
// checked by. The check itself: id-token.ts.

import type { JWTPayload } from 'jose';
import { own } from '../scim/json.ts';
import { type Endpoints, type EntraEndpoints, entraIssuer, GUID } from './endpoints.ts';
import { entraMetadata, type Metadata, signInMetadata, tenantId } from './metadata.ts';
import type { Reach } from './reach.ts';
import { SignInRefusal } from './sign-in-refusal.ts';

/** Asymmetric and long enough. Of these Entra uses the first alone. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'];
const ENTRA_ALGORITHMS = ['RS256'];

export interface Expected {
  /** As our keys of persons write it. */
  readonly issuer: string;
  readonly algorithms: readonly string[];
  /** Addresses of key sets, the likelier first. */
  readonly keySources: readonly string[];
  /** Whose tokens a key may verify, with the tenant put in; null: every key of the set. */
  readonly keyIssuer: string | null;
}

/** `claimed`: not believed yet. Rejects with `wrong_issuer` or `wrong_tenant` where it is none of this provider's. */
export async function expectedOf(reach: Reach, endpoints: Endpoints, claimed: JWTPayload): Promise<Expected> {
  if (endpoints.kind === 'entra') return expectedOfEntra(reach, endpoints, claimed);
  const metadata = await signInMetadata(reach, endpoints);
  if (claimed.iss !== metadata.issuer && !endpoints.issuerAliases.includes(claimed.iss ?? '')) {
    throw wrongIssuer(claimed.iss, metadata.issuer);
  }
  const listed = ALGORITHMS.filter((each) => metadata.signingAlgorithms.includes(each));
  return {
    issuer: metadata.issuer,
    // A document that lists none means RS256, which every issuer has to offer (OpenID Connect Discovery 3).
    algorithms: metadata.signingAlgorithms.length > 0 ? listed : ENTRA_ALGORITHMS,
    keySources: [metadata.jwksUri],
    keyIssuer: null,
  };
}

async function expectedOfEntra(
  reach: Reach,
  endpoints: EntraEndpoints,
  claimed: JWTPayload,
): Promise<Expected> {
  // A token is checked by the document of its own version, whatever the address it came from.
  const version = own(claimed, 'ver') === '1.0' ? '1.0' : '2.0';
  const { signInTenant } = endpoints;
  const tenant = tenantOf(claimed);
  await checkTenant(reach, endpoints, tenant);
  const metadata = await entraMetadata(reach, endpoints, signInTenant, version);
  const issuer =
    version === '2.0'
      ? entraIssuer(endpoints, tenant)
      : await versionOneIssuer(reach, endpoints, tenant, metadata);
  if (claimed.iss !== issuer) throw wrongIssuer(claimed.iss, issuer);
  const ofThisApp = new URL(metadata.jwksUri);
  ofThisApp.searchParams.set('appid', endpoints.clientId);
  return {
    issuer,
    algorithms: ENTRA_ALGORITHMS,
    keySources: [metadata.jwksUri, ofThisApp.href],
    keyIssuer: version === '2.0' ? issuer : null,
  };
}

/** Version 1.0 documents name their issuer with the tenant as its one path segment, or with the template. */
async function versionOneIssuer(
  reach: Reach,
  endpoints: EntraEndpoints,
  tenant: string,
  metadata: Metadata,
): Promise<string> {
  const named =
    endpoints.signInTenant === 'organizations'
      ? '{tenantid}'
      : await tenantId(reach, endpoints, endpoints.tenant);
  const [before = '', ...after] = metadata.issuer.split(named);
  if (before === '' || after.join(named) !== '/') {
    throw new SignInRefusal('bad_metadata', {
      detail: `The version 1.0 document names the issuer ${metadata.issuer.slice(0, 300)}, which is none of this tenant.`,
    });
  }
  return `${before}${tenant}/`;
}

async function checkTenant(reach: Reach, endpoints: EntraEndpoints, tenant: string): Promise<void> {
  for (const allowed of endpoints.allowedTenants) {
    if ((await tenantId(reach, endpoints, allowed)) === tenant) return;
  }
  const detail = `The token is of tenant ${tenant}; allowed: ${endpoints.allowedTenants.join(', ')}.`;
  throw new SignInRefusal('wrong_tenant', { detail });
}

/** The tenant that a token names, in lower case. Throws `wrong_tenant` where it names none. */
export function tenantOf(payload: JWTPayload): string {
  const tid = own(payload, 'tid');
  if (typeof tid === 'string' && GUID.test(tid)) return tid.toLowerCase();
  throw new SignInRefusal('wrong_tenant', { detail: 'The token names no tenant (`tid`).' });
}

function wrongIssuer(found: unknown, expected: string): SignInRefusal {
  const named = typeof found === 'string' ? found.slice(0, 300) : 'nobody';
  return new SignInRefusal('wrong_issuer', { detail: `The token is of ${named}; expected ${expected}.` });
}
