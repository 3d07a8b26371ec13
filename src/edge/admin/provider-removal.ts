// Removing a provider and with it everybody it brought: a decision that has to be said aloud, since nothing brings
// them back.

import { Type } from 'typebox';
import type { Provider } from '../../identity/provider.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { decideUserRemoval } from '../../mapping/decide.ts';
import { Refusal } from '../../refusal.ts';
import { choice } from './contract.ts';
import { refuseRemovalOfDeclared } from './lock.ts';
import { needProvider } from './look-up.ts';
import { type Call, changeBy, type Route, route } from './route.ts';
import { checkIfMatch, revisionTag } from './version-check.ts';

const removeProvider = route({
  method: 'DELETE',
  path: '/providers/{id}',
  permission: { resource: 'providers', operation: 'delete' },
  summary: 'Remove a provider',
  description:
    'One that has users is removed only with `users=remove`: each of them is removed, then the provider. To keep them, disable the provider instead (PATCH enabled false).',
  query: Type.Object(
    { users: Type.Optional(choice(['remove'], 'What becomes of its users.')) },
    { additionalProperties: false },
  ),
  status: 204,
  versioned: true,
  refuses: { 409: 'It has users and nothing was said of them, or the configuration file declares it' },
  async handle(call) {
    const { parts, params, query } = call;
    const { provider } = await needProvider(parts.ledger, params.id);
    await remove(call, provider.id, query.users === 'remove');
    return {};
  },
});

async function remove(call: Call, id: string, withUsers: boolean): Promise<void> {
  const { parts } = call;
  const { provider } = await needProvider(parts.ledger, id);
  checkIfMatch(call.ifMatch, revisionTag(provider.revision));
  refuseRemovalOfDeclared(parts.settings, provider);
  const users = await livePage(parts.ledger, id);
  if (users.total > 0 && !withUsers) {
    const detail = `The provider ${provider.name} has ${users.total} users. Say users=remove to remove them too.`;
    throw new Refusal('conflict', detail, { users: users.total });
  }
  await closeTheDoor(call, provider);
  await removeUsers(call, id);
  await parts.ledger.removeProvider(id, changeBy(call));
}

/** Nobody is to arrive while the others go. */
async function closeTheDoor(call: Call, provider: Provider): Promise<void> {
  if (!provider.enabled) return;
  const closed = { ...provider, enabled: false, revision: provider.revision + 1 };
  await call.parts.ledger.saveProvider(closed, provider.revision, changeBy(call));
}

/** Users that are read at once; each is removed in a change of its own, so a stop in between leaves nothing half done. */
const USERS_AT_ONCE = 200;

function livePage(ledger: Ledger, provider: string) {
  const sort = { by: 'userName', descending: false } as const;
  return ledger.listUsers({ provider, sort, after: null, limit: USERS_AT_ONCE });
}

async function removeUsers(call: Call, provider: string): Promise<void> {
  const { ledger } = call.parts;
  for (;;) {
    const { items } = await livePage(ledger, provider);
    if (items.length === 0) return;
    await Promise.all(
      items.map(({ user }) =>
        ledger.transact({
          provider,
          needs: { user: user.id },
          decide: ({ user: loaded, state }) => ({
            changes:
              loaded && loaded.user.removedAt === null
                ? decideUserRemoval({ state, ...changeBy(call) }, loaded)
                : null,
            answer: undefined,
          }),
        }),
      ),
    );
  }
}

export const providerRemovalRoutes: readonly Route[] = [removeProvider];
