// Removing a provider: at once where nobody is there, else by a job, after somebody said what becomes of its people.

import { Type } from 'typebox';
import { isClosed, isRemoved, type PeopleChoice, type Provider } from '../../identity/provider.ts';
import type { Job } from '../../ledger/ledger.ts';
import { Refusal } from '../../refusal.ts';
import { jobShape, showJob } from './jobs.ts';
import { refuseRemovalOfDeclared } from './lock.ts';
import { needProvider } from './look-up.ts';
import { checkConfirmed, confirmation, needChoice, peopleChoice } from './removal-plan.ts';
import { type Call, changeBy, type Route, route } from './route.ts';
import { checkIfMatch, revisionTag } from './version-check.ts';

const removeProvider = route({
  method: 'DELETE',
  path: '/providers/{id}',
  permission: { resource: 'providers', operation: 'delete' },
  summary: 'Remove a provider',
  description:
    'With users it wants `people`: nobody comes in by it from then on, its name is free, and a job (the answer, and GET /jobs/{id}) decides on them. With `keep` and `suspend` they keep their home in the removed provider (GET /providers?removed=true), which `people=remove` removes for good later. GET .../removal-plan shows what each means.',
  query: Type.Object(
    { people: Type.Optional(peopleChoice), confirm: Type.Optional(confirmation) },
    { additionalProperties: false },
  ),
  status: 202,
  response: jobShape,
  done: { 204: 'It had no users, and is gone' },
  versioned: true,
  refuses: {
    409: 'It has users and nothing was said of them, or not how many; it is being removed already; or the configuration file declares it',
  },
  async handle(call) {
    const { provider } = await needProvider(call.parts.ledger, call.params.id);
    checkIfMatch(call.ifMatch, revisionTag(provider.revision));
    refuseRemovalOfDeclared(call.parts.settings, provider);
    const job = await remove(call, provider, call.query);
    return job ? { body: showJob(job) } : { status: 204 };
  },
});

interface Said {
  people?: PeopleChoice;
  confirm?: number;
}

/** null where it is gone already. */
async function remove(call: Call, provider: Provider, said: Said): Promise<Job | null> {
  const { ledger } = call.parts;
  if (isClosed(provider) && !isRemoved(provider)) {
    throw new Refusal(
      'conflict',
      `The provider ${provider.name} is being removed already: see GET /api/jobs.`,
    );
  }
  const counts = await ledger.retirementCounts(provider.id, 'provider');
  if (counts.total === 0 && counts.isSmall) {
    await closeTheDoor(call, provider);
    await ledger.removeProvider(provider.id, changeBy(call));
    return null;
  }
  const asked = { of: 'provider', people: counts.total === 0 ? 'remove' : said.people } as const;
  const how = { of: asked.of, people: needChoice(provider, asked, counts) };
  if (isRemoved(provider) && how.people !== 'remove') {
    const detail = `The provider ${provider.name} was removed before, and these are the people who were kept. people=remove removes it for good, with them.`;
    throw new Refusal('conflict', detail, { choices: ['remove'] });
  }
  checkConfirmed(provider, how, said.confirm, counts);
  const closed = { ...provider, enabled: false, scimEnabled: false, revision: provider.revision + 1 };
  return ledger.retireProvider(closed, provider.revision, how, changeBy(call));
}

/** Nobody is to arrive in between. */
async function closeTheDoor(call: Call, provider: Provider): Promise<void> {
  if (!provider.enabled) return;
  const closed = { ...provider, enabled: false, revision: provider.revision + 1 };
  await call.parts.ledger.saveProvider(closed, provider.revision, changeBy(call));
}

export const providerRemovalRoutes: readonly Route[] = [removeProvider];
