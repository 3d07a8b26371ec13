// The scenes of the demo in which a word of Entra is lost on the way and the comparison with Graph finds it, and in which too many
// people vanish at once and nothing is done without a person.

import { isJson, type Json } from './agent/target.ts';
import type { Play, Scene } from './demo-play.ts';
import { disableUser, enableUser } from './tenant.ts';

const VANISHING_PERCENT = 30;
const LONGEST_RUN_MS = 30_000;
const LOOK_EVERY_MS = 100;
const ROWS_SHOWN = 5;

/** What is changed here the agent does not hear of; it is as before when they are over. */
export function reconcileScenes(play: Play): Scene[] {
  return [
    {
      title: 'Somebody is disabled, and the request that says so is lost on the way; Graph is read',
      play: () => lostWord(play),
    },
    {
      title: `${VANISHING_PERCENT} % of the people vanish from the directory; Graph is read`,
      play: () => manyVanish(play),
    },
  ];
}

async function lostWord(play: Play): Promise<number> {
  const { login, print } = play;
  const members = [...login.tenant().users.values()].filter(({ userType }) => userType === 'Member');
  const leaver = members.findLast((one) => one.assigned && one.accountEnabled && !one.softDeleted);
  if (!leaver) return 0;
  login.changeTenant((tenant) => disableUser(tenant, leaver.objectId));
  const healed = await reconcile(play);
  login.changeTenant((tenant) => enableUser(tenant, leaver.objectId));
  print('  the account is enabled again, and Graph is read once more');
  return healed + (await reconcile(play));
}

async function manyVanish(play: Play): Promise<number> {
  const { login, print } = play;
  const vanished = login.vanishPeople(VANISHING_PERCENT);
  let failures = await reconcile(play);
  const held = await get(play, `/api/batches?state=held&provider=${play.server.provider}`);
  const [batch] = items(held);
  if (batch) {
    print(`  held: ${batch.people} of ${batch.active} people would be suspended, so a person has to decide`);
    print(`        bifrost batch approve ${batch.id}, or bifrost batch drop ${batch.id}`);
  }
  login.returnPeople();
  print(`  ${vanished} people are back, and Graph is read once more`);
  failures += await reconcile(play);
  const after = batch && (await get(play, `/api/batches/${batch.id}`));
  print(`  the batch: ${after ? after.state : 'there is none'}`);
  return failures + Number(after?.state !== 'dissolved');
}

/** One run, and what it found. Answers 1 when it did not end as it should. */
async function reconcile(play: Play): Promise<number> {
  const { server, print } = play;
  const begun = await ask(play, 'POST', `/api/providers/${server.provider}/reconcile`);
  const run = await ended(play, String(begun.id));
  const read = isJson(run.read) ? run.read : {};
  print(`  read: ${read.people} people by ${read.requests} requests to Graph; ${run.compared} compared`);
  const page = await get(play, `/api/reconciliations/${run.id}/drift?limit=${ROWS_SHOWN}`);
  const shown = items(page);
  for (const { state, name, why } of shown) print(`    ${String(state).padEnd(8)} ${name}: ${why}`);
  if (page.nextCursor !== null) print(`    ... and ${Number(page.total) - shown.length} more`);
  if (shown.length === 0) print('    nothing differs');
  await play.followed.newEvents();
  return Number(run.outcome !== 'complete');
}

async function ended(play: Play, id: string): Promise<Json> {
  const deadline = performance.now() + LONGEST_RUN_MS;
  for (;;) {
    const run = await get(play, `/api/reconciliations/${id}`);
    if (run.phase === 'done') return run;
    if (performance.now() > deadline) throw new Error(`the run is still ${String(run.phase)}`);
    await new Promise((done) => setTimeout(done, LOOK_EVERY_MS));
  }
}

function get(play: Play, path: string): Promise<Json> {
  return ask(play, 'GET', path);
}

async function ask({ server }: Play, method: string, path: string): Promise<Json> {
  const headers = { authorization: `Bearer ${server.apiKey}` };
  const response = await fetch(`${server.url}${path}`, { method, headers });
  const body: unknown = await response.json();
  if (!response.ok || !isJson(body)) throw new Error(`${method} ${path} answered ${response.status}`);
  return body;
}

function items(page: Json): Json[] {
  return Array.isArray(page.items) ? page.items.filter(isJson) : [];
}
