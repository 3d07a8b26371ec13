// How SQLite finds what is kept of signing in, of requests and of comparing with the directory, on tables as the migrations leave them: by an index, whoever asks.

import { DatabaseSync } from '@photostructure/sqlite';
import { expect, it } from 'vitest';
import { newId } from '../../src/id.ts';
import type { ReconciliationStores } from '../../src/ledger/reconciliation.ts';
import type { SignInStores } from '../../src/ledger/sign-in.ts';
import type { Hands } from '../../src/ledger/sql/hands.ts';
import { reconciliationStores } from '../../src/ledger/sql/reconciliation/stores.ts';
import { requestStores } from '../../src/ledger/sql/requests.ts';
import { signInStores } from '../../src/ledger/sql/sign-in/stores.ts';
import { type Script, scripted } from '../../src/ledger/sql/statement.ts';
import { webhookStores } from '../../src/ledger/sql/webhooks/stores.ts';
import { sqliteDialect } from '../../src/ledger/sqlite/dialect.ts';
import { migrations } from '../../src/ledger/sqlite/migrations.ts';
import { scriptRunner } from '../../src/ledger/sqlite/run-script.ts';
import type { WebhookStores } from '../../src/ledger/webhooks.ts';
import { directoryPerson, newRun, pagesOf, part } from './reconciliation-desk.ts';
import { by, PROVIDER, tick } from './scribe.ts';

const person = { provider: PROVIDER, id: 'amara' };
const key = { issuer: 'https://idp.example', subject: 'oid-1' };
const page = { after: 'x', limit: 10 };
const everyPage = pagesOf({
  people: [directoryPerson(1)],
  groups: [{ id: 'x', displayName: 'Crew' }],
  memberships: [{ group: 'x', member: 'y' }],
  assignments: [{ principal: 'x', kind: 'person', role: null }],
  parts: [part('people')],
  newParts: ['groups'],
});

type Stores = SignInStores &
  ReconciliationStores &
  WebhookStores & { requestLog: ReturnType<typeof requestStores> };

const day = { provider: PROVIDER, since: 1, until: 2, most: 9 };

const lookUps: Readonly<Record<string, (stores: Stores) => Promise<unknown>>> = {
  'a session by its hash': ({ sessions }) => sessions.find('hash', 1),
  'sessions of a person': ({ sessions }) => sessions.list({ person, ...page }),
  'a session by its id': ({ sessions }) => sessions.end('id', 'signed-out', by()),
  'sessions of a person to be ended': ({ sessions }) =>
    sessions.endAll(person, 'hash', 'ended-by-admin', by()),
  'a session at the provider': ({ sessions }) =>
    sessions.endAtProvider({ provider: PROVIDER, issuer: key.issuer, sid: 'sid' }, by()),
  'the one who may refresh': ({ sessions }) => sessions.takeRefresh('hash', 1, 2, 3),
  'an API key by its hash': ({ apiKeys }) => apiKeys.find('hash', 1),
  'API keys of a person': ({ apiKeys }) => apiKeys.list({ owner: person, ...page }),
  'whom a sign-in may be about': ({ identities }) =>
    identities.candidates(PROVIDER, { key, userName: 'amara' }),
  'links of a person': ({ identities }) => identities.linksOf(PROVIDER, person.id),
  'a link by its key': ({ identities }) => identities.unlink(PROVIDER, key, by()),
  'a request by its id': ({ identities }) => identities.decide('id', true, by()),
  'an administrator by name': ({ localAdmins }) => localAdmins.named('Root'),
  'a run by its id': ({ reconciliations }) => reconciliations.advance('run', 'holder', {}),
  'the place of what is staged': ({ reconciliations }) => reconciliations.stage('run', 'holder', everyPage),
  'parts of a run': ({ reconciliations }) => reconciliations.parts('run'),
  'staged people and who they are here': ({ reconciliations }) => reconciliations.people('run', '', 10),
  'staged groups and which they are here': ({ reconciliations }) => reconciliations.groups('run', '', 10),
  'who is absent': ({ reconciliations }) => reconciliations.absent('run', PROVIDER, 'x', 10),
  'the place of a match': ({ reconciliations }) =>
    reconciliations.noteMatches('run', 'holder', [{ id: 'x', user: 'y' }], {}),
  'a portion of what was staged': ({ reconciliations }) => reconciliations.clearStaging('run'),
  'the report of a run': ({ reconciliations }) => reconciliations.drift({ run: 'run', ...page }),
  'differences of a person': ({ reconciliations }) => reconciliations.drift({ user: 'amara', ...page }),
  'differences of a batch': ({ reconciliations }) => reconciliations.drift({ batch: 'batch', ...page }),
  'who is missing here': ({ reconciliations }) => reconciliations.pendingSince(PROVIDER, ['x']),
  'a batch by its id': ({ heldBatches }) =>
    heldBatches.move('id', ['held'], { state: 'dropped' }, by(), [], { from: 'held', to: 'dropped' }),
  'whose turn it is at a webhook': ({ webhooks }) => webhooks.due('webhook', 1, 10),
  'how many wait for a webhook': ({ webhooks }) => webhooks.backlog('webhook'),
  'deliveries of a webhook': ({ webhooks }) => webhooks.deliveries({ webhook: 'webhook', ...page }),
  'failed deliveries of a webhook': ({ webhooks }) =>
    webhooks.deliveries({ webhook: 'webhook', state: 'failed', ...page }),
  'requests to be counted': ({ requestLog }) => requestLog.countRequests(day),
  'what was taken since': ({ heldBatches }) => heldBatches.taken(PROVIDER, 'scim', 1),
};

/** Says how each statement is run, on a provider with a run that has one of everything. */
async function planned(): Promise<{ stores: Stores; plans: string[]; close(): void }> {
  const database = new DatabaseSync(':memory:');
  for (const step of migrations) database.exec(step);
  database.exec(
    `INSERT INTO providers (id, name, name_folded, enabled, scim_enabled, declared, revision, settings, ruleset, groups_by_scim, created_at)
     VALUES ('${PROVIDER}', 'x', 'x', 1, 1, 0, 1, '{}', 0, 0, 1)`,
  );
  const run = scriptRunner(database);
  const plans: string[] = [];
  const explained = function* <Answer>(script: Script<Answer>): Script<Answer> {
    for (let step = script.next({ rows: [], changes: 0 }); ; ) {
      if (step.done) return step.value;
      const { text, values } = step.value;
      const rows = database.prepare(`EXPLAIN QUERY PLAN ${text}`).all(...values) as { detail: string }[];
      plans.push(...rows.map((row) => row.detail));
      step = script.next(yield step.value);
    }
  };
  const explain = async <Answer>(script: () => Script<Answer>): Promise<Answer> => run(explained(script()));
  const hands: Hands = {
    dialect: sqliteDialect,
    tell: () => scripted(() => {}),
    read: explain,
    write: explain,
    writeAlone: explain,
    note: explain,
  };
  const stores = {
    ...signInStores(hands).stores,
    ...reconciliationStores(hands),
    ...webhookStores(hands),
    requestLog: requestStores(sqliteDialect, explain),
  };
  await stores.reconciliations.begin(newRun({ id: 'run' }), by(), []);
  await stores.reconciliations.take('holder');
  await stores.reconciliations.stage('run', 'holder', everyPage);
  plans.length = 0;
  return { stores, plans, close: () => database.close() };
}

/** What the statement was given, and what it counts, is walked; no table is. */
const walksATable = /SCAN (?!j |d |json_each |found)|AUTOMATIC/;

for (const [what, lookUp] of Object.entries(lookUps)) {
  it(`finds ${what} by an index`, async () => {
    const { stores, plans, close } = await planned();
    await lookUp(stores);
    close();
    expect(plans.length).toBeGreaterThan(0);
    expect(plans.filter((each) => walksATable.test(each))).toEqual([]);
    // A condition on the provider alone is as wide as all its people.
    expect(plans.filter((each) => /\(provider=\?\)/.test(each))).toEqual([]);
  });
}

it('leads a sign-in to users by name and by externalId, each by its own index', async () => {
  const { stores, plans, close } = await planned();
  await stores.identities.candidates(PROVIDER, { key, userName: newId(tick()) });
  close();
  expect(plans.join('\n')).toMatch(/users_by_external_id \(provider=\? AND external_id=\?\)/);
  expect(plans.join('\n')).toMatch(/users_by_name \(provider=\? AND user_name_folded=\?\)/);
});

it('counts requests without looking at one', async () => {
  const { stores, plans, close } = await planned();
  await stores.requestLog.countRequests(day);
  close();
  expect(plans.join('\n')).toMatch(/COVERING INDEX requests_by_provider \(provider=\? AND at>\? AND at<\?\)/);
});

it('has the newest request of a provider at the end of its index', async () => {
  const { stores, plans, close } = await planned();
  await stores.requestLog.newestRequest(PROVIDER);
  close();
  expect(plans.join('\n')).toMatch(/requests_by_provider \(provider=\? AND at=\?\)/);
  expect(plans.join('\n')).toMatch(/COVERING INDEX requests_by_provider \(provider=\?\)/);
  // Only of those in one millisecond.
  expect(plans.filter((each) => /B-TREE/.test(each))).toHaveLength(1);
});

it('leads a page of staged people by what was staged, and to users by keys alone', async () => {
  const { stores, plans, close } = await planned();
  expect(await stores.reconciliations.people('run', '', 10)).toHaveLength(1);
  close();
  const joined = plans.join('\n');
  expect(joined).toMatch(/staged_people_by_id \(run=\? AND \(bucket,id\)>\(\?,\?\)\)/);
  expect(joined).toMatch(/SEARCH m USING PRIMARY KEY \(run=\? AND bucket>\? AND bucket<\?\)/);
  expect(joined).toMatch(/SEARCH staged_assignments USING PRIMARY KEY \(run=\? AND principal=\?\)/);
  expect(joined).toMatch(/users_by_external_id \(provider=\? AND external_id=\?\)/);
  expect(joined).toMatch(/users_by_name \(provider=\? AND user_name_folded=\?\)/);
});

it('looks for each user among those who were found, by the user', async () => {
  const { stores, plans, close } = await planned();
  await stores.reconciliations.absent('run', PROVIDER, '', 10);
  close();
  expect(plans.join('\n')).toMatch(/users_living \(provider=\? AND id>\?/);
  expect(plans.join('\n')).toMatch(/staged_matches_by_person \(run=\? AND person=\?\)/);
});
