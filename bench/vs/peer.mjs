// What both peers have in common: an Express of version 4 on a free port, that says where it is and which secret it takes as
// one line of JSON, and ends when its parent does.

import { randomBytes } from 'node:crypto';

export const newSecret = () => randomBytes(32).toString('base64url');

export function serve(app, token) {
  const server = app.listen(0, '127.0.0.1', () => {
    process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${server.address().port}`, token })}\n`);
  });
  process.stdin.resume().on('end', () => process.exit(0));
}
