// An application that asks Bifrost on each request whether somebody may do this, and lets nobody in when it is not told so.
//   BIFROST_URL=http://127.0.0.1:8080 BIFROST_API_KEY=... PORT=3000 node examples/access-app.mjs
// The key needs `access:read` alone; docs/apps.md says how to make one. Node 20 or newer, nothing to install.

import { createServer } from 'node:http';

const { BIFROST_URL, BIFROST_API_KEY, PORT = '3000' } = process.env;
/** Answers kept with their ETag: each is asked about again, and 304 says that it still holds. */
const ANSWERS_KEPT = 10_000;
const WITHIN_MS = 2_000;
const kept = new Map();

/** What holds for somebody at this moment; null for somebody never seen. Throws when Bifrost does not say. */
async function accessOf(oid) {
  const known = kept.get(oid);
  const answer = await fetch(`${BIFROST_URL}/api/access?oid=${encodeURIComponent(oid)}`, {
    headers: {
      authorization: `Bearer ${BIFROST_API_KEY}`,
      ...(known && { 'if-none-match': known.etag }),
    },
    signal: AbortSignal.timeout(WITHIN_MS),
  });
  if (answer.status === 304 && known) return known.access;
  kept.delete(oid);
  if (answer.status === 404) return null;
  if (!answer.ok) throw new Error(`Bifrost answered ${answer.status}`);
  const access = await answer.json();
  if (kept.size >= ANSWERS_KEPT) kept.delete(kept.keys().next().value);
  kept.set(oid, { etag: answer.headers.get('etag'), access });
  return access;
}

/** Stands in for the sign-in that your application has: the `oid` of the ID token that it checked. */
function whoIsSignedIn(request) {
  return request.headers['x-demo-oid'];
}

const app = createServer(async (request, response) => {
  const say = (status, text) =>
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
  const oid = whoIsSignedIn(request);
  if (!oid) return say(401, 'Sign in first.');
  const needed = request.method === 'GET' ? 'orders:read' : 'orders:approve';
  try {
    const access = await accessOf(oid);
    if (!access?.active) return say(403, 'You may not come in.');
    if (!access.permissions.includes(needed)) return say(403, `That needs the permission ${needed}.`);
    return say(
      200,
      `Good day, ${access.user.displayName}. Your teams: ${access.teams.map(({ name }) => name).join(', ')}`,
    );
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    return say(503, 'Nobody can be asked at the moment. Try again soon.');
  }
});

app.listen(Number(PORT), '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${app.address().port}\n`);
});
