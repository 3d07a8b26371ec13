// How SQLite finds what is kept of signing in, on tables as the migrations leave them: by an index, whoever asks.

import { DatabaseSync } from '@photostructure/sqlite';
import { expect, it } from 'vitest';
import { newId } from '../../src/id.ts';
import type { SignInStores } from '../../src/ledger/sign-in.ts';
import type { Hands } from '../../src/ledger/sql/hands.ts';
import { signInStores } from '../../src/ledger/sql/sign-in/stores.ts';
import { type Script, scripted } from '../../src/ledger/sql/statement.ts';
import { sqliteDialect } from '../../src/ledger/sqlite/dialect.ts';
import { migrations } from '../../src/ledger/sqlite/migrations.ts';
import { by, PROVIDER, tick } from './scribe.ts';

const person = { provider: PROVIDER, id: 'amara' };
const key = { issuer: 'https://idp.example', subject: 'oid-1' };
const page = { after: 'x', limit: 10 };

const lookUps: Readonly<Record<string, (stores: SignInStores) => Promise<unknown>>> = {
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
};

/** Says how each statement would be run, and answers that nothing is there. */
function planned(): { stores: SignInStores; plans: string[]; close(): void } {
  const database = new DatabaseSync(':memory:');
  for (const step of migrations) database.exec(step);
  const plans: string[] = [];
  const explain = async <Answer>(script: () => Script<Answer>): Promise<Answer> => {
    const running = script();
    for (let step = running.next({ rows: [], changes: 0 }); ; ) {
      if (step.done) return step.value;
      const { text, values } = step.value;
      const rows = database.prepare(`EXPLAIN QUERY PLAN ${text}`).all(...values) as { detail: string }[];
      plans.push(...rows.map((row) => row.detail));
      step = running.next({ rows: [], changes: 0 });
    }
  };
  const hands: Hands = {
    dialect: sqliteDialect,
    tell: () => scripted(() => {}),
    read: explain,
    write: explain,
    writeAlone: explain,
    note: explain,
  };
  return { stores: signInStores(hands).stores, plans, close: () => database.close() };
}

for (const [what, lookUp] of Object.entries(lookUps)) {
  it(`finds ${what} by an index`, async () => {
    const { stores, plans, close } = planned();
    await lookUp(stores);
    close();
    expect(plans.length).toBeGreaterThan(0);
    expect(plans.filter((each) => /SCAN|AUTOMATIC/.test(each))).toEqual([]);
    // A condition on the provider alone is as wide as all its people.
    expect(plans.filter((each) => /\(provider=\?\)/.test(each))).toEqual([]);
  });
}

it('leads a sign-in to users by name and by externalId, each by its own index', async () => {
  const { stores, plans, close } = planned();
  await stores.identities.candidates(PROVIDER, { key, userName: newId(tick()) });
  close();
  expect(plans.join('\n')).toMatch(/users_by_external_id \(provider=\? AND external_id=\?\)/);
  expect(plans.join('\n')).toMatch(/users_by_name \(provider=\? AND user_name_folded=\?\)/);
});
