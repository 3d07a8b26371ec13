// The dashboard as files: its one page with a fresh nonce in its policy, and what that page loads. Whoever is not signed in is led
// to signing in, and back; what people may see and do there is for the routes of the API to say.

import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import staticFiles from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { pageHeaders, sendPage } from './oidc/answer.ts';
import { notBuiltPage } from './oidc/pages.ts';
import { askToSignIn } from './oidc/return-to.ts';
import { signedInCaller } from './oidc/session-credential.ts';
import type { Parts } from './parts.ts';

/** Beside the bundle, and from the sources where the build puts it. */
const folders = ['./dashboard/', '../../dist/dashboard/'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/** Every address of a page begins with one of these; the page itself finds out which it is. */
export const dashboardPaths = ['/', '/governance', '/governance/*', '/settings', '/settings/*'];

export async function registerDashboard(app: FastifyInstance, parts: Parts): Promise<void> {
  const folder = folders.find((path) => existsSync(join(path, 'index.html')));
  const page = folder === undefined ? null : readFileSync(join(folder, 'index.html'), 'utf8');
  for (const path of dashboardPaths) {
    app.get(path, async (request, reply) => answerPage(parts, page, request, reply));
  }
  if (folder !== undefined) await app.register(async (scope) => registerAssets(scope, folder));
}

async function registerAssets(app: FastifyInstance, folder: string): Promise<void> {
  // The plugin refuses a path with `..` in words of its own, which name it; whoever asks learns that nothing is there.
  app.setErrorHandler((error, _request, reply) => {
    if ((error as { code?: unknown }).code !== 'FST_STATIC_FORBIDDEN_PATH') throw error;
    reply.callNotFound();
  });
  await app.register(staticFiles, {
    root: join(folder, 'assets'),
    prefix: '/assets/',
    index: false,
    preCompressed: true,
    decorateReply: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      // The name of a built file has the hash of what is in it; the two that are copied have none.
      const isNamedByContent = /-[\w-]{8}\.\w+(?:\.(?:br|gz))?$/.test(path);
      reply.header(
        'cache-control',
        isNamedByContent ? 'public, max-age=31536000, immutable' : 'public, max-age=3600',
      );
    },
  });
}

async function answerPage(
  parts: Parts,
  page: string | null,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (!(await signedInCaller(parts, request.raw, parts.clock.now()))) return askToSignIn(request, reply);
  if (page === null) return sendPage(reply, 503, notBuiltPage());
  const nonce = randomBytes(16).toString('base64');
  return reply
    .headers({ ...pageHeaders, 'content-security-policy': policyWith(nonce) })
    .type('text/html; charset=utf-8')
    .send(page.replace('%nonce%', nonce));
}

/** Styles that the page makes while it runs carry the nonce; no script does, because none is inline. */
function policyWith(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
