// The portal's pages as files: what Vite built, read once, and the one page with a fresh nonce in its policy.

import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { htmlReply, type Reply, type SimRequest, textReply } from '../http-message.ts';

/** Beside the bundle, and from the sources where the build puts it. */
const folders = ['./portal/', '../../dist/portal/'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

interface Built {
  readonly page: string;
  /** By name; only what is here is ever handed out. */
  readonly assets: ReadonlyMap<string, string>;
}

let built: Built | null = null;

function readBuilt(): Built | null {
  const folder = folders.find((path) => existsSync(join(path, 'index.html')));
  if (folder === undefined) return null;
  const names = readdirSync(join(folder, 'assets')).filter((name) => Object.hasOwn(TYPES, extname(name)));
  const assets = new Map(names.map((name) => [name, readFileSync(join(folder, 'assets', name), 'utf8')]));
  return { page: readFileSync(join(folder, 'index.html'), 'utf8'), assets };
}

export function pageReply({ method, path }: SimRequest): Reply {
  if (method !== 'GET' && method !== 'HEAD') return textReply(405, 'Method not allowed');
  built ??= readBuilt();
  if (!built) return textReply(503, 'The pages are not built: run `npm run build`, and start again.');
  const [, , first, name = ''] = path.split('/');
  return first === 'assets' ? assetReply(built, name) : documentReply(built);
}

function assetReply({ assets }: Built, name: string): Reply {
  const body = assets.get(name);
  if (body === undefined) return textReply(404, 'Not found');
  return {
    status: 200,
    headers: {
      'content-type': TYPES[extname(name)]!,
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
    },
    body,
  };
}

function documentReply({ page }: Built): Reply {
  const nonce = randomBytes(16).toString('base64');
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return htmlReply(200, page.replace('%nonce%', nonce), {
    'content-security-policy': policy,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
}
