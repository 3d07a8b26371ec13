// The eye on the browser: what goes wrong on a page fails the test, and nothing leaves this machine.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser } from './browser.ts';
import { faintTexts, overflow } from './page-looks.ts';

const browser = await startBrowser();
let server: Server;
let url: string;
let body = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    const isPage = request.url === '/';
    response.writeHead(isPage ? 200 : 404, {
      'content-type': 'text/html',
      'content-security-policy': "script-src 'none'",
    });
    response.end(isPage ? `<!doctype html><link rel="icon" href="data:,"><title>x</title>${body}` : '');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterEach(() => browser?.closeWindows());
afterAll(async () => {
  await browser?.close();
  server.closeAllConnections();
  server.close();
});

it('is there on Linux with x64, whatever else is missing', () => {
  if (process.platform === 'linux' && process.arch === 'x64') expect(browser).not.toBe(null);
});

describe.skipIf(!browser)('a window', () => {
  async function complaintOf(html: string, expected?: RegExp): Promise<string> {
    body = html;
    const window = await browser!.open();
    if (expected) window.expectProblem(expected);
    await window.page.goto(url, { waitUntil: 'load' });
    return browser!.closeWindows().then(
      () => '',
      (error: Error) => error.message,
    );
  }

  it('has nothing to say of a page that is well', async () => {
    expect(await complaintOf('<p>well</p>')).toBe('');
  });

  it.each([
    ['what the policy of the page forbids', '<script>1</script>', /Content Security Policy/],
    ['what does not load', '<img src="/gone.png">', /404/],
    ['what is asked of another host', '<img src="http://elsewhere.example/x.png">', /another host/],
  ])('tells of %s, unless it was expected', async (_, html, said) => {
    expect(await complaintOf(html)).toMatch(said);
    const [, ...others] = (await complaintOf(html, said)).split('\n');
    expect(others.filter((line) => said.test(line))).toEqual([]);
  });

  it('tells of what was expected and did not happen', async () => {
    expect(await complaintOf('<p>well</p>', /never/)).toContain('did not happen: /never/');
  });

  it('is measured: texts that are faint, fields without an edge, and what does not fit', async () => {
    body = `<p style="color: #999">faint</p><p style="color: #666">well</p><p hidden style="color: #fff">away</p>
      <label>Field<input style="border: 1px solid #ddd"></label><div style="width: 3000px; height: 1px"></div>`;
    const { page } = await browser!.open();
    await page.goto(url);
    const found = await faintTexts(page);
    expect(found.map((each) => each.replace(/^[\d.]+ (\w+): <(\w+).*/, '$1 $2'))).toEqual([
      'text p',
      'edge input',
    ]);
    expect((await overflow(page)).map((each) => each.slice(0, 4))).toEqual(['<div']);
  });
});
