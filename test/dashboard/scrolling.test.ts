// The list of users with as many as `npm run scale` loads: BIFROST_SCALE_FOLDER names the folder of one population, with its
// bifrost.json and data (docs/scale.md). Says how long the page was busy at a stretch, and how many rows are in the document.

import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../scripts/build.mjs';
import { visitor } from '../sign-in/visitor.ts';
import { browser } from './world.ts';

const folder = process.env.BIFROST_SCALE_FOLDER;

const READY_WITHIN_MS = 120_000;
const STEP_WITHIN_MS = 60_000;
const LIMIT_MS = 600_000;
const ROWS = 3_000;
const DOM_ROWS_MOST = 60;

const PASSWORD = 'correct horse battery staple';
const SESSION = '__Host-bifrost';

let server: ChildProcess;
let url: string;

describe.skipIf(!folder || !browser)('the list of users, with very many', () => {
  beforeAll(async () => {
    await build();
    const config = join(folder!, 'bifrost.json');
    const env = { ...process.env, BIFROST_DATA_DIR: join(folder!, 'data'), BIFROST_CONFIG: config };
    server = spawn(process.execPath, ['dist/bifrost.js', 'start', '--json'], {
      env: { ...env, HOST: '127.0.0.1', PORT: '0' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    url = await addressOf(server);
  }, READY_WITHIN_MS);
  afterAll(async () => {
    await browser?.close();
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    await ended;
  }, READY_WITHIN_MS);

  it('has few rows in the document, and is never busy for long', { timeout: LIMIT_MS }, async () => {
    const { page, context } = await browser!.open({ width: 1280, height: 860 });
    context.setDefaultTimeout(STEP_WITHIN_MS);
    await signIn(page);
    await page.addInitScript(watchTasks);
    await page.goto(`${url}/governance/users`);
    const table = page.getByRole('table', { name: 'Users' });
    await table.getByRole('row').nth(9).waitFor();
    const phases: Record<string, Phase> = { opening: await phaseOf(page) };
    const first = () => table.getByRole('row').nth(1).textContent();

    await page.evaluate(scrollThrough);
    phases[`scrolling through ${ROWS} rows`] = await phaseOf(page);

    /** Until other people stand at the top. */
    const changed = async (what: string, change: () => Promise<unknown>) => {
      await table.evaluate((element) => element.scrollTo(0, 0));
      const before = await first();
      await phaseOf(page);
      await change();
      await expect.poll(first, { timeout: STEP_WITHIN_MS }).not.toBe(before);
      phases[what] = await phaseOf(page);
    };
    await changed('sorting by last provisioning', () =>
      page.getByRole('button', { name: 'Provisioned' }).click(),
    );
    await changed('typing a search', () => page.getByRole('searchbox').pressSequentially('77777'));
    await changed('taking it away', () => page.getByRole('searchbox').fill(''));
    await changed('those who are suspended', () => page.getByRole('button', { name: /^Suspended/ }).click());
    await page.evaluate(scrollThrough);
    phases['scrolling through them'] = await phaseOf(page);

    process.stdout.write(`${JSON.stringify(phases, null, 1)}\n`);
    for (const [what, { rows }] of Object.entries(phases)) expect(rows, what).toBeLessThan(DOM_ROWS_MOST);
  });
});

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const found = /^\{"url":"([^"]+)"/m.exec(said)?.[1];
      if (found) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`the server ended with code ${code}`)));
  });
}

/** As the break-glass account, with a link of the administrator whose key is in the configuration. */
async function signIn(page: Page): Promise<void> {
  const config = readFileSync(join(folder!, 'bifrost.json'), 'utf8');
  const [admin] = (JSON.parse(config) as { apiKeys: { key: string }[] }).apiKeys;
  const headers = { authorization: `Bearer ${admin!.key}` };
  const answer = await fetch(`${url}/api/admins/set-up-link`, { method: 'POST', headers });
  const token = new URL(((await answer.json()) as { url: string }).url).hash.slice(1);
  const person = visitor(url);
  expect((await person.post('/setup', { token, name: 'admin', password: PASSWORD })).status).toBe(303);
  const session = `${SESSION}=${person.cookies.get(SESSION)}; Path=/; Secure; HttpOnly; SameSite=Lax`;
  await page.route(`${url}/handed-over`, (route) =>
    route.fulfill({
      contentType: 'text/html',
      headers: { 'set-cookie': session },
      body: '<link rel="icon" href="data:,"><p>Signed in.</p>',
    }),
  );
  await page.goto(`${url}/handed-over`);
}

interface Phase {
  /** Milliseconds of each stretch of more than 50 in which the page did nothing else. */
  long: number[];
  ms: number;
  /** At most in the document at once. */
  rows: number;
}

const watchTasks = `
  window.seen = { long: [], rows: 0, since: performance.now() };
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.seen.long.push(Math.round(duration));
  }).observe({ type: 'longtask', buffered: true });
  const count = () => {
    window.seen.rows = Math.max(window.seen.rows, document.querySelectorAll('[role=row]').length);
    requestAnimationFrame(count);
  };
  requestAnimationFrame(count);
`;

/** A quarter of what is seen with each frame, as a hand on a wheel does, until so many rows have passed or none come. */
const scrollThrough = `new Promise((resolve) => {
  const frame = document.querySelector('.grid-table');
  let still = 0;
  const step = () => {
    const before = frame.scrollTop;
    frame.scrollBy(0, frame.clientHeight / 4);
    still = frame.scrollTop === before ? still + 1 : 0;
    if (frame.scrollTop > ${ROWS} * 58 || still > 300) resolve();
    else requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})`;

/** Since the last one. */
async function phaseOf(page: Page): Promise<Phase> {
  return (await page.evaluate(`(() => {
    const { long, rows, since } = window.seen;
    window.seen = { long: [], rows: 0, since: performance.now() };
    return { long, rows, ms: Math.round(performance.now() - since) };
  })()`)) as Phase;
}
