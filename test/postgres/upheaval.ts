// What an administrator and a provider do beside the load, so that there is long work: rules that change, a group of many
// that is renamed so that rules notice, and such a group that is removed. All of it is asked for until it is answered.

import { GROUP, type ScimClient } from '../harness/scim-client.ts';
import type { Fleet } from './fleet.ts';

/** More than are resolved in the request itself. */
export const MANY = 520;

export interface Upheaval {
  /** Names that the large group was given, in order; the last one holds. */
  names: string[];
  /** Groups that were made with so many members and removed. */
  removed: string[];
  ruleChanges: number;
  surprises: string[];
}

const units = { attribute: 'department', value: '*', businessUnit: '*' };
const teams = { attribute: 'groups', value: '*', team: '*' };
const viewers = { attribute: 'department', value: '*', role: 'Viewer' };
const captains = { attribute: 'groups', value: 'captains*', role: 'Developer' };

/** Rules that notice the name of the large group, with and without business units. */
const rules = [
  {
    attributeRoleMappings: [viewers, captains],
    attributeTeamMappings: [teams],
    attributeBusinessUnitMappings: [units],
  },
  {
    attributeRoleMappings: [captains],
    attributeTeamMappings: [teams],
    attributeBusinessUnitMappings: [],
  },
];

export async function applyRules(fleet: Pick<Fleet, 'url' | 'apiKey'>, which: 0 | 1): Promise<number> {
  const { id } = await firstProvider(fleet);
  const put = await insist(fleet, 'PUT', `/providers/${id}/mappings`, rules[which]);
  return put.status === 202 ? approve(fleet, (put.body as { id: string }).id) : put.status;
}

/** What takes too much for the guard is approved; whoever came meanwhile is confirmed. */
async function approve(fleet: Pick<Fleet, 'url' | 'apiKey'>, batch: string): Promise<number> {
  let confirm = {};
  for (let tries = 0; tries < 100; tries++) {
    const { status, body } = await insist(fleet, 'POST', `/batches/${batch}/approve`, confirm);
    const told = body as { confirm?: number; state?: string };
    // Approved by the try before, whose answer was cut off.
    if (status === 409 && told.state === 'applied') return 200;
    if (status !== 412 && told.confirm === undefined) return status;
    confirm = told.confirm === undefined ? confirm : { confirm: told.confirm };
  }
  throw new Error(`the batch ${batch} could not be approved in 100 tries`);
}

async function firstProvider({ url, apiKey }: Pick<Fleet, 'url' | 'apiKey'>): Promise<{ id: string }> {
  for (;;) {
    const answer = await fetch(`${url}/api/providers`, {
      headers: { authorization: `Bearer ${apiKey}` },
    }).catch(() => null);
    if (answer?.ok) return ((await answer.json()) as { items: { id: string }[] }).items[0]!;
  }
}

/** Gives the answer that came. */
async function insist(
  { url, apiKey }: Pick<Fleet, 'url' | 'apiKey'>,
  method: string,
  path: string,
  body: unknown,
): Promise<{ status: number; body: unknown }> {
  for (let tries = 0; tries < 100; tries++) {
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
    const answer = await fetch(`${url}/api${path}`, { method, headers, body: JSON.stringify(body) }).catch(
      () => null,
    );
    if (answer) {
      const text = await answer.text();
      return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${method} ${path}: no answer in 100 tries`);
}

/** Goes on until it is told to stop, and then leaves the first rules. */
export async function upheaval(
  fleet: Fleet,
  client: ScimClient,
  ground: { large: string; people: readonly string[] },
  isOver: () => boolean,
): Promise<Upheaval> {
  const done: Upheaval = { names: [], removed: [], ruleChanges: 0, surprises: [] };
  const check = (what: string, status: number, wanted: number) => {
    if (status !== wanted) done.surprises.push(`${what}: ${status}`);
  };
  for (let turn = 1; !isOver() || turn < 3; turn++) {
    const name = `${turn % 2 === 1 ? 'captains' : 'crew'} ${turn}`;
    const operation = { op: 'replace', path: 'displayName', value: name };
    check('rename', (await client.patch(`/Groups/${ground.large}`, [operation])).status, 204);
    done.names.push(name);

    check('rules', await applyRules(fleet, turn % 2 === 1 ? 1 : 0), 200);
    done.ruleChanges++;

    const members = ground.people.map((value) => ({ value }));
    const displayName = `captains for a while ${turn}`;
    const made = await client.post('/Groups', { schemas: [GROUP], displayName, members });
    // Made by the try before, whose answer was cut off.
    const id =
      made.status === 409
        ? (await client.groups(`displayName eq "${displayName}"`)).list.Resources[0]!.id
        : made.resource.id;
    check('removal', (await client.delete(`/Groups/${id}`)).status, 204);
    done.removed.push(id);
  }
  check('rules', await applyRules(fleet, 0), 200);
  done.ruleChanges++;
  return done;
}
