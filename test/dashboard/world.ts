// A Bifrost with its dashboard, the local Entra beside it where a test asks for it, and people in front of real browsers.

import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { build } from '../../scripts/build.mjs';
import { type Look, startBrowser, type TestBrowser, type Window } from '../harness/browser.ts';
import { visitor } from '../sign-in/visitor.ts';
import { startWorld, type World, type WorldOptions } from '../sign-in/world.ts';

const PASSWORD = 'correct horse battery staple';
const SESSION = '__Host-bifrost';

/** null where no browser can be had for this machine. */
export const browser: TestBrowser | null = await startBrowser();

export interface DashboardWorld extends World {
  /** A window of the break-glass administrator, on that page; null: signed in, and nowhere yet. */
  asAdmin(path: string | null, look?: Look): Promise<Window>;
  /** A window of somebody of the directory, who was given that role by hand. */
  asUser(userName: string, path: string | null, look?: Look): Promise<Window>;
}

export async function startDashboard(options: WorldOptions = {}): Promise<DashboardWorld> {
  await build();
  const world = await startWorld(options);
  let admin: string | null = null;

  async function adminCookie(): Promise<string> {
    const link = (await world.server.setUpLink())!;
    const person = visitor(world.server.url);
    const form = { token: new URL(link).hash.slice(1), name: 'admin', password: PASSWORD };
    expect((await person.post('/setup', form)).status).toBe(303);
    return person.cookies.get(SESSION)!;
  }

  async function openWith(cookie: string, path: string | null, look?: Look): Promise<Window> {
    const window = await browser!.open({ width: 1280, height: 860, ...look });
    const handOver = `${world.server.url}/handed-over`;
    // Given as the server would: a `__Host-` cookie over http is refused by the orders of the debugger.
    await window.context.route(handOver, (route) =>
      route.fulfill({
        contentType: 'text/html',
        headers: { 'set-cookie': `${SESSION}=${cookie}; Path=/; Secure; HttpOnly; SameSite=Lax` },
        body: '<link rel="icon" href="data:,"><p>Signed in.</p>',
      }),
    );
    await window.page.goto(handOver);
    if (path !== null) await window.page.goto(world.server.url + path);
    return window;
  }

  return {
    ...world,
    async asAdmin(path, look) {
      admin ??= await adminCookie();
      return openWith(admin, path, look);
    },
    async asUser(userName, path, look) {
      const { browser: person } = await world.signIn(userName);
      return openWith(person.cookies.get(SESSION)!, path, look);
    },
  };
}

/** Waits for the page with that title. */
export const saysTitle = (page: Page, title: string) =>
  page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor();
