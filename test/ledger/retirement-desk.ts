// What the suites of a provider that goes, or its SCIM, begin with: people with a role, a team and a business unit, and the
// word that begins the job.

import type { Retirement } from '../../src/identity/provider.ts';
import type { Job, RetirementAsked } from '../../src/ledger/ledger.ts';
import type { LoadedUser, ProviderState } from '../../src/mapping/decide.ts';
import { type Desk, eachWithLedger, type Open } from './opened.ts';
import { by, ENTERPRISE, PROVIDER } from './scribe.ts';

/** More than one chunk reaches. */
export const CROWD = 230;

/** What amara and bela have. */
export const whole = { role: 'viewer', teams: ['Orion'], businessUnits: ['Sails'] };

export interface RetirementDesk {
  desk: Desk;
  retire(of: Retirement['of'], people: RetirementAsked['people']): Promise<Job>;
  stateOf(): Promise<ProviderState>;
  grantsOf(id: string): Promise<LoadedUser['grants']>;
  /** Role by department, a team by the group, a business unit by the department; bela is suspended. */
  crew(): Promise<{ amara: string; bela: string; group: string }>;
  /** Ids of so many, in one group. */
  crowd(): Promise<string[]>;
}

export function retirementDesk(open: Open): RetirementDesk {
  const desk = eachWithLedger(open);
  const stateOf = async () => (await desk.ledger.provider(PROVIDER))!;
  const staff = async (name: string, more = {}) =>
    (await desk.person(name, { [ENTERPRISE]: { department: 'Sails' }, ...more })).id;
  return {
    desk,
    stateOf,
    async retire(of, people) {
      const { provider } = await stateOf();
      const wanted = { ...provider, scimEnabled: false, revision: provider.revision + 1 };
      return desk.ledger.retireProvider(wanted, provider.revision, { of, people }, by('ops'));
    },
    grantsOf: async (id) => (await desk.ledger.fullUser(id))!.loaded.grants,
    async crew() {
      const [amara, bela] = [await staff('amara'), await staff('bela', { active: false })];
      const group = (await desk.write.createGroup('Orion', [amara, bela])).id;
      return { amara, bela, group };
    },
    async crowd() {
      const made = await Promise.all(
        Array.from({ length: CROWD }, (_, i) =>
          staff(`person${i}`, { [ENTERPRISE]: { department: `Crew ${i % 7}` } }),
        ),
      );
      await desk.write.createGroup('Orion', made);
      return made;
    },
  };
}
