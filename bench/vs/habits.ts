// What Entra sends that is not plain RFC, and what it relies on, asked once of everybody in a comparison: a server that is quick
// with half of it is no quicker. Each answer is judged by what is there afterwards, not by its status alone.

import { groupBody, userBody, userNameOf } from '../person.ts';
import { addBody, lookUpPath } from '../traffic.ts';
import { ask, type Contender } from './contenders.ts';

export interface Habit {
  title: string;
  /** By contender, in their order: null where it is right, otherwise what came instead. */
  answers: (string | null)[];
}

interface Probe {
  title: string;
  run(contender: Contender): Promise<string | null>;
}

/** Numbers that no measurement reaches. */
const FIRST = 900_000_000;
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

const probes: readonly Probe[] = [
  {
    title: 'a POST with an app role, as Entra sends it',
    run: async (at) => unless((await ask(at, 'POST', '/Users', userBody(FIRST))).status, 201),
  },
  {
    title: '`active` set to the text `"False"`',
    async run(at) {
      const id = await newUser(at, 1);
      const operations = [{ op: 'Replace', path: 'active', value: 'False' }];
      await ask(at, 'PATCH', `/Users/${id}`, { schemas: [PATCH_OP], Operations: operations });
      const { body } = await ask(at, 'GET', `/Users/${id}`);
      return body?.active === false ? null : `\`active\` is ${JSON.stringify(body?.active)}`;
    },
  },
  {
    title: '`Add` of a member with a capital letter',
    async run(at) {
      const [user, group] = [await newUser(at, 2), await newGroup(at, 2)];
      await ask(at, 'PATCH', `/Groups/${group}`, addBody([user], 'Add'));
      const members = await at.membersOf(group);
      return members === 1 ? null : `${members} members`;
    },
  },
  {
    title: 'a group shows its members',
    async run(at) {
      const [user, group] = [await newUser(at, 3), await newGroup(at, 3)];
      await ask(at, 'PATCH', `/Groups/${group}`, addBody([user], 'add'));
      const { body } = await ask(at, 'GET', `/Groups/${group}`);
      const members = Array.isArray(body?.members) ? body.members.length : 0;
      return members === 1 ? null : `${members} of 1`;
    },
  },
  {
    title: 'look-up by work mail',
    async run(at) {
      await newUser(at, 4);
      const { body } = await ask(at, 'GET', lookUpPath('workMail', FIRST + 4));
      const isThere = JSON.stringify(body).includes(userNameOf(FIRST + 4));
      return isThere ? null : `found ${body?.totalResults ?? 'nobody'}`;
    },
  },
  {
    title: 'one name, one user: the second POST is 409',
    async run(at) {
      await newUser(at, 5);
      return unless((await ask(at, 'POST', '/Users', plainUser(5))).status, 409);
    },
  },
  {
    title: 'DELETE is 204, and then 404',
    async run(at) {
      const id = await newUser(at, 6);
      const deleted = await ask(at, 'DELETE', `/Users/${id}`);
      const after = await ask(at, 'GET', `/Users/${id}`);
      return unless(`${deleted.status}, ${after.status}`, '204, 404');
    },
  },
];

export async function habitsOf(contenders: readonly Contender[]): Promise<Habit[]> {
  const habits: Habit[] = [];
  for (const { title, run } of probes) {
    const answers: Habit['answers'] = [];
    for (const contender of contenders) {
      answers.push(await run(contender).catch((error: unknown) => String(error)));
    }
    habits.push({ title, answers });
  }
  return habits;
}

function unless(found: number | string, wanted: number | string): string | null {
  return found === wanted ? null : String(found);
}

/** Without the app role, which not everybody takes. */
function plainUser(n: number): Record<string, unknown> {
  const { roles: _roles, ...others } = userBody(FIRST + n);
  return others;
}

async function newUser(at: Contender, n: number): Promise<string> {
  return idOf(await ask(at, 'POST', '/Users', plainUser(n)));
}

async function newGroup(at: Contender, n: number): Promise<string> {
  return idOf(await ask(at, 'POST', '/Groups', groupBody(FIRST + n)));
}

function idOf({ status, body }: Awaited<ReturnType<typeof ask>>): string {
  if (typeof body?.id === 'string') return body.id;
  throw new Error(`POST: ${status}`);
}
