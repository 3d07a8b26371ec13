// A real browser for tests: one for a file, a window of its own for each person, and an eye on everything that goes wrong in
// it. What a page logs as an error, what it cannot load, and whatever leaves this machine fails the test, unless it was expected.

import { type BrowserContext, type Browser as Chromium, chromium, type Page } from 'playwright-core';
import { type BrowserProgram, browserProgram } from './browser-program.ts';

export interface TestBrowser {
  /** A browser of somebody else: no cookies, no history. */
  open(look?: Look): Promise<Window>;
  /** Closes every window. @throws Error that lists what went wrong in them, and what was expected and did not happen. */
  closeWindows(): Promise<void>;
  /** Whatever happens. The next window starts another. */
  close(): Promise<void>;
}

export interface Look {
  width?: number;
  height?: number;
  scheme?: 'light' | 'dark';
  isMobile?: boolean;
  /** Where they are: `Asia/Kolkata`. */
  zone?: string;
}

export interface Window {
  page: Page;
  context: BrowserContext;
  /** This will be logged, or will not load, once or more often: `403`, `ERR_FAILED`. */
  expectProblem(pattern: RegExp): void;
}

const START_LIMIT_MS = 60_000;
const STEP_LIMIT_MS = 10_000;
const END_LIMIT_MS = 5_000;

/** Should a page ask for another host all the same, no name leads anywhere. */
const NOWHERE = '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost';

/** null where there is no browser for this machine: CONTRIBUTING.md says what to do. It starts with the first window. */
export async function startBrowser(): Promise<TestBrowser | null> {
  const program = await browserProgram();
  if (!program) return null;
  let running: Promise<Chromium> | null = null;
  let watched: Watched[] = [];
  return {
    async open(look = {}) {
      running ??= launch(program);
      const one = await openWindow(await running, look);
      watched.push(one);
      return one.window;
    },
    async closeWindows() {
      const closed = watched;
      watched = [];
      await Promise.all(closed.map(({ window }) => bounded(window.context.close())));
      const problems = closed.flatMap((one) => one.unexpected());
      if (problems.length > 0) throw new Error(`In the browser:\n${problems.join('\n')}`);
    },
    async close() {
      const ending = running;
      running = null;
      if (ending) await bounded(ending.then((browser) => browser.close()));
    },
  };
}

function launch(program: BrowserProgram): Promise<Chromium> {
  // The sandbox does not start for root, as which containers run their tests. The pages are our own.
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({
    executablePath: program.path,
    args: [NOWHERE, ...(isRoot ? ['--no-sandbox'] : [])],
    env: { ...process.env, ...program.env } as Record<string, string>,
    timeout: START_LIMIT_MS,
  });
}

/** A browser that does not end ends with this process: it hangs on a pipe of it. */
async function bounded(closing: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, END_LIMIT_MS);
  });
  await Promise.race([closing, limit]);
  clearTimeout(timer);
}

interface Watched {
  window: Window;
  unexpected(): string[];
}

async function openWindow(browser: Chromium, look: Look): Promise<Watched> {
  const { width = 1000, height = 760, scheme = 'light', isMobile = false, zone = 'UTC' } = look;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    isMobile,
    hasTouch: isMobile,
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: zone,
  });
  context.setDefaultTimeout(STEP_LIMIT_MS);
  context.setDefaultNavigationTimeout(STEP_LIMIT_MS);
  const problems: string[] = [];
  const expected: RegExp[] = [];
  watch(context, (problem) => problems.push(problem));
  const page = await context.newPage();
  return {
    window: { page, context, expectProblem: (pattern) => expected.push(pattern) },
    unexpected: () => [
      ...problems.filter((problem) => !expected.some((pattern) => pattern.test(problem))),
      ...expected
        .filter((pattern) => !problems.some((problem) => pattern.test(problem)))
        .map((pattern) => `expected, and did not happen: ${pattern}`),
    ],
  };
}

function watch(context: BrowserContext, note: (problem: string) => void): void {
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') {
      note(`${message.type()} on ${message.location().url}: ${message.text()}`);
    }
  });
  context.on('weberror', (error) => note(`thrown on a page: ${error.error().message}`));
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (!url.protocol.startsWith('http')) return;
    if (!['127.0.0.1', 'localhost'].includes(url.hostname)) note(`asked another host: ${url.href}`);
  });
  context.on('requestfailed', (request) => {
    // A page that is left takes its questions back, and follows no longer.
    const isTakenBack =
      request.resourceType() !== 'document' && request.failure()?.errorText === 'net::ERR_ABORTED';
    if (isTakenBack) return;
    note(`did not load: ${request.url()} ${request.failure()?.errorText ?? ''}`);
  });
}
