// The package as npm makes it: nothing in it that only develops, and, unpacked beside its dependencies and nothing else, it starts,
// is ready, has its dashboard, and makes the first administrator.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Storage, storage } from '../harness/storage.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  bin: { bifrost: string };
  engines: { node: string };
  dependencies: Record<string, string>;
};
/** A build may be in it, on a machine that runs other tests. */
const LIMIT_MS = 240_000;

describe('the package', () => {
  let folder: string;
  let files: string[];
  let kept: Storage;
  let server: ChildProcess;
  let url: string;
  let setUpLink: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bifrost-package-'));
    execFileSync(process.execPath, ['scripts/run.mjs', 'sbom'], { cwd: root });
    const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    // npm 11 answers a list, npm 12 an object by name.
    const [made] = Object.values(JSON.parse(packed)) as { filename: string; files: { path: string }[] }[];
    files = made!.files.map(({ path }) => path);
    install(folder, join(folder, made!.filename));
    kept = await storage();
    await start();
  }, LIMIT_MS);
  afterAll(async () => {
    server?.kill('SIGKILL');
    await kept?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(): Promise<void> {
    const program = join(folder, 'node_modules/bifrost', manifest.bin.bifrost);
    server = spawn(process.execPath, [program, 'start', '--json'], {
      cwd: folder,
      env: { PATH: process.env.PATH, ...kept.env, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: server.stdout! })) {
      const said = line.startsWith('{') ? (JSON.parse(line) as { url?: string; setUpLink?: string }) : {};
      url ??= said.url!;
      if (said.setUpLink) {
        setUpLink = said.setUpLink;
        return;
      }
    }
    throw new Error('it ended without a set-up link');
  }

  it('has the server, the dashboard, the lists of others and the texts, and nothing else', () => {
    const known = [
      /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|SECURITY\.md|bifrost\.schema\.json)$/,
      /^dist\/(bifrost\.js|sbom\.json|THIRD-PARTY-LICENSES\.txt)$/,
      /^dist\/dashboard\/(index\.html|assets\/[\w.-]+)$/,
    ];
    expect(files.filter((path) => !known.some((each) => each.test(path)))).toEqual([]);
    for (const path of ['dist/bifrost.js', 'dist/dashboard/index.html', 'dist/sbom.json', 'LICENSE']) {
      expect(files).toContain(path);
    }
    expect(manifest.engines.node).toBe('>=20.19');
  });

  it('is ready, and leads a browser to signing in', async () => {
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const page = await fetch(`${url}/`, { headers: { accept: 'text/html' }, redirect: 'manual' });
    expect([page.status, page.headers.get('location')]).toEqual([303, expect.stringContaining('/login')]);
  });

  it('makes the first administrator, and shows the dashboard with what it loads', async () => {
    const password = 'kite over the harbour 31';
    const made = await fetch(`${url}/setup`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: url },
      body: new URLSearchParams({ token: new URL(setUpLink).hash.slice(1), name: 'admin', password }),
    });
    expect(made.status).toBe(303);
    const cookie = made.headers
      .getSetCookie()
      .map((each) => each.split(';')[0])
      .join('; ');
    const page = await (await fetch(`${url}/`, { headers: { cookie } })).text();
    const loaded = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path!);
    expect(loaded.length).toBeGreaterThan(1);
    for (const path of loaded) expect((await fetch(url + path)).status, path).toBe(200);
  });
});

/** As npm would lay it out, with links to what is installed here: it finds its dependencies, and none of ours. */
function install(folder: string, archive: string): void {
  const own = join(folder, 'node_modules', 'bifrost');
  mkdirSync(own, { recursive: true });
  execFileSync('tar', ['-xzf', archive, '-C', own, '--strip-components=1']);
  for (const name of Object.keys(manifest.dependencies)) {
    const place = join(folder, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), place);
  }
}
