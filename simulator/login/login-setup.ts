// What a simulated sign-in service starts with: two tenants, three applications, keys, and the settings given.

import { simulatorClock } from '../clock.ts';
import { newDeltaRounds } from '../graph/delta-rounds.ts';
import { newThrottle } from '../graph/throttle.ts';
import { seededRandom } from '../random.ts';
import { sampleOrganisation } from '../sample-organisation.ts';
import type { Tenant } from '../tenant.ts';
import { type AppRegistration, newRegistration } from './app-registration.ts';
import { attackerTenant } from './attacker-tenant.ts';
import { CLOUDS, type CloudName } from './cloud.ts';
import { newFaults } from './faults.ts';
import { lifetimesAt } from './lifetimes.ts';
import type { LoginState } from './login-state.ts';
import { newKeyRing } from './signing-keys.ts';

export interface LoginOptions {
  /** The directory; a small sample organisation where there is none. */
  readonly tenant?: Tenant;
  /** Milliseconds since 1970; the machine's clock where there is none. */
  readonly clock?: () => number;
  /** 0 for any free one. */
  readonly port?: number;
  /** Same seed, same client ids and secrets. */
  readonly seed?: number;
  /** Of codes, session ids and tokens; the same as `seed` where there is none. */
  readonly tokenSeed?: number;
  /** Divides the lives of codes and tokens. */
  readonly speed?: number;
  readonly cloud?: CloudName;
  /** Where issuers are under another host than endpoints, as in China. Without a slash at the end. */
  readonly issuerUrl?: string;
  /** Of the main application. */
  readonly redirectUris?: readonly string[];
  /** More settings of the main application. */
  readonly app?: Partial<AppRegistration>;
}

const SIZE = { users: 40, groups: 6, members: 80 };
/** What a Bifrost on its default port registers. */
const REDIRECT_URIS = [
  'http://127.0.0.1:8080/login',
  'http://127.0.0.1:8080/workspace/scim/oauth-discover-callback',
];

/** The first is the main one. The second shows that `sub` differs by application; the third is the attacker's. */
export async function setUp(options: LoginOptions, url: string): Promise<LoginState> {
  const seed = options.seed ?? 1;
  const clock = simulatorClock(options.clock);
  const tenant = options.tenant ?? sampleOrganisation(SIZE, seed);
  const attacker = attackerTenant(tenant, seed + 1);
  const random = seededRandom(seed + 2);
  const redirectUris = options.redirectUris ?? REDIRECT_URIS;
  const now = clock.now();
  const home = { homeTenantId: tenant.tenantId, redirectUris };
  const main = newRegistration(random, now, { ...home, displayName: 'Bifrost', ownsAssignments: true });
  const other = newRegistration(random, now, { ...home, displayName: 'Intranet', ownsAssignments: false });
  const foreign = newRegistration(random, now, {
    homeTenantId: attacker.tenantId,
    redirectUris,
    displayName: 'Strandgut',
    ownsAssignments: false,
  });
  const apps = [{ ...main, ...options.app }, other, foreign];
  return {
    url,
    issuerUrl: options.issuerUrl ?? url,
    graphUrl: `${url}/graph`,
    cloud: CLOUDS[options.cloud ?? 'commercial'],
    clock,
    lifetimes: lifetimesAt(options.speed ?? 1),
    random: seededRandom(options.tokenSeed ?? seed),
    keys: await newKeyRing(),
    faults: newFaults(),
    tenants: new Map([tenant, attacker].map((one) => [one.tenantId, one])),
    apps: new Map(apps.map((app) => [app.clientId, app])),
    sessions: new Map(),
    codes: new Map(),
    refreshTokens: new Map(),
    policies: new Map(),
    next: { user: null, wrongToken: null },
    throttle: newThrottle(),
    deltas: newDeltaRounds(),
    snapshots: new Map(),
    vanished: [],
    provisioning: null,
    log: [],
  };
}
