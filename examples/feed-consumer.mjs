// Keeps a copy of everybody and their access, from Bifrost's feed of events: docs/events.md.
//
//   BIFROST_URL=https://bifrost.example BIFROST_API_KEY=... node examples/feed-consumer.mjs copy.json
//
// The copy and the place up to which it is made stand in one file, which is replaced as a whole. So each event counts exactly
// once, whenever this program is killed; started again, it goes on where the file is.

import { open, readFile, rename } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const { BIFROST_URL = 'http://127.0.0.1:8080', BIFROST_API_KEY = '' } = process.env;
const [file = 'copy.json'] = process.argv.slice(2);
const RETRY_MS = 500;
const WAIT_S = 25;

const copy = await readFile(file, 'utf8').then(JSON.parse, (error) => {
  if (error.code !== 'ENOENT') throw error;
  return { position: 0, seen: 0, users: {} };
});

for (;;) {
  const query = `after=${copy.position}&limit=500&wait=${WAIT_S}`;
  const headers = { authorization: `Bearer ${BIFROST_API_KEY}` };
  const answer = await fetch(`${BIFROST_URL}/api/events?${query}`, { headers }).catch(() => null);
  if (answer?.status === 401 || answer?.status === 403) throw new Error(await answer.text());
  const page = answer?.ok ? await answer.json().catch(() => null) : null;
  if (page) for (const event of page.items) take(event);
  if (page?.items.length > 0) await keep();
  else if (!page) await sleep(RETRY_MS);
}

function take(event) {
  // Positions have no gaps. With filters they would, and this line would go.
  if (event.position !== copy.position + 1) throw new Error(`${event.position} came after ${copy.position}`);
  copy.position = event.position;
  copy.seen++;
  const { type, subject, object } = event;
  // Of people who were purged.
  const data = event.data ?? {};
  if (type === 'user.created') {
    const access = { role: [], team: [], businessUnit: [] };
    copy.users[subject.id] = { status: 'active', attributes: { ...data.after }, ...access };
  }
  const user = copy.users[subject.id];
  if (subject.kind !== 'user' || !user) return;
  if (type === 'user.updated') {
    for (const name of Object.keys(data.before ?? {})) delete user.attributes[name];
    Object.assign(user.attributes, data.after);
  }
  if (type === 'user.suspended') user.status = 'suspended';
  if (type === 'user.reactivated') user.status = 'active';
  if (type === 'user.removed') user.status = 'removed';
  if (type === 'user.purged') delete copy.users[subject.id];
  if (type === 'grant.added') user[object.kind] = [...new Set([...user[object.kind], object.id])];
  if (type === 'grant.removed' && !data.stillHeld) {
    user[object.kind] = user[object.kind].filter((id) => id !== object.id);
  }
}

/** Either the former file is there or this one, whatever happens. */
async function keep() {
  const beside = await open(`${file}.new`, 'w');
  await beside.writeFile(JSON.stringify(copy));
  await beside.sync();
  await beside.close();
  await rename(`${file}.new`, file);
}
