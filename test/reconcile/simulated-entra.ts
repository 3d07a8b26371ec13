// The local Entra as a directory to read: over real connections, by its own clock, which a wait moves on.

import { afterEach, beforeEach } from 'vitest';
import { type LoginSimulator, startLogin } from '../../simulator/login/login-server.ts';
import { sampleOrganisation } from '../../simulator/sample-organisation.ts';
import { type Outbound, outbound } from '../../src/outbound.ts';
import { reach } from '../../src/provider/reach.ts';
import type { DirectoryReader, Reading } from '../../src/reconcile/directory.ts';
import { entraDirectory } from '../../src/reconcile/entra-directory.ts';
import { providerOf } from '../provider/world.ts';

export interface SimulatedEntra {
  readonly sim: LoginSimulator;
  /** What was waited for, in order. */
  readonly waits: number[];
  reader(reading?: Reading): DirectoryReader;
}

/** Of so many people, all of them assigned in person unless told otherwise; one for each test. */
export function simulatedEntra(
  users: number,
  { inPerson = true }: { inPerson?: boolean } = {},
): () => SimulatedEntra {
  let here: SimulatedEntra & { readonly way: Outbound };
  beforeEach(async () => {
    const organisation = sampleOrganisation({ users, groups: 6, members: users }, 1);
    const everybody = [...organisation.users].map(
      ([id, user]) => [id, { ...user, assigned: inPerson, appRoles: inPerson ? user.appRoles : [] }] as const,
    );
    const sim = await startLogin({ tenant: { ...organisation, users: new Map(everybody) } });
    const way = outbound({ trustedNetworks: () => [], development: true });
    const waits: number[] = [];
    const connection = {
      tenantId: sim.tenantId,
      clientId: sim.clientId,
      authorityUrl: sim.url,
      graphUrl: sim.graphUrl,
    };
    const reading = () =>
      reach({
        outbound: way,
        clock: sim,
        development: true,
        secretOf: () => sim.clientSecret,
        random: () => 0.5,
        wait: async (ms) => {
          waits.push(ms);
          sim.advanceClock(ms);
        },
      });
    here = {
      sim,
      waits,
      way,
      reader: (asked = { scope: 'assigned' }) =>
        entraDirectory(reading(), providerOf('entra', connection), asked),
    };
  });
  afterEach(async () => {
    await here.way.close();
    await here.sim.close();
  });
  return () => here;
}
