// The guard on real sockets: what is blocked, what an answer may be, and who decides the address.

import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type Outbound, type OutboundOptions, outbound } from '../../src/outbound.ts';
import { OutboundFailure } from '../../src/outbound-failure.ts';
import { certificate, certificateKey } from './certificate.ts';

const open: { close(): unknown }[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

async function listening(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  open.push({ close: () => new Promise((done) => [server.closeAllConnections(), server.close(done)]) });
  return (server.address() as AddressInfo).port;
}

const served = (answer: RequestListener) => listening(createServer(answer));

function guard(options: Partial<OutboundOptions> = {}): Outbound {
  const made = outbound({ trustedNetworks: () => [], development: true, ...options });
  open.push(made);
  return made;
}

async function failure(asked: Promise<unknown>): Promise<OutboundFailure> {
  const error = await asked.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof OutboundFailure)) throw new Error('no outbound failure', { cause: error });
  return error;
}

const resolveTo = (...addresses: string[]) => ({ resolve: async () => addresses });

describe('what is never sent', () => {
  it.each([
    ['https://127.0.0.1/', 'loopback'],
    ['https://2130706433/', 'loopback, in decimal'],
    ['https://0x7f.1/', 'loopback, in hex'],
    ['https://017700000001/', 'loopback, in octal'],
    ['https://127.0.0.1./', 'loopback, with a dot'],
    ['https://①②⑦.0.0.1/', 'loopback, in other digits'],
    ['https://[::1]/', 'loopback, IPv6'],
    ['https://[::ffff:127.0.0.1]/', 'loopback, IPv4-mapped'],
    ['https://[::ffff:a9fe:a9fe]/', 'metadata, IPv4-mapped'],
    ['https://169.254.169.254/latest', 'metadata'],
    ['https://10.0.0.1/', 'private'],
    ['https://[fd00:ec2::254]/', 'metadata, IPv6'],
    ['http://example.com/', 'plain http'],
    ['ftp://example.com/', 'another scheme'],
    ['https://user:secret@example.com/', 'a user in the URL'],
    ['nonsense', 'no URL'],
  ])('%s (%s)', async (url) => {
    const { kind, message } = await failure(guard({ development: false }).fetch(url));
    expect(kind).toBe('blocked');
    expect(message).not.toContain('secret');
  });

  it('a name that resolves to a private address; the message says which network to trust', async () => {
    const asked = guard({ development: false, ...resolveTo('10.1.2.3') }).fetch(
      'https://idp.example/a?b=secret',
    );
    const { kind, message, advice, addresses } = await failure(asked);
    expect(kind).toBe('blocked');
    expect(message).toContain('idp.example (10.1.2.3) resolves to a private address');
    expect(message).not.toContain('secret');
    expect(advice).toContain('10.1.2.3/32');
    expect(addresses).toEqual(['10.1.2.3']);
  });

  it('a name of which one address of several is private', async () => {
    const { kind } = await failure(
      guard(resolveTo('93.184.216.34', '10.1.2.3')).fetch('https://idp.example/'),
    );
    expect(kind).toBe('blocked');
  });

  it('a name that does not resolve', async () => {
    const resolve = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    expect((await failure(guard({ resolve }).fetch('https://idp.example/'))).kind).toBe('dns');
    expect((await failure(guard(resolveTo()).fetch('https://idp.example/'))).kind).toBe('dns');
  });

  it('plain http to anything but this machine, in development too', async () => {
    const asked = guard({ trustedNetworks: () => ['10.0.0.0/8'], ...resolveTo('10.1.2.3') });
    const { kind, message } = await failure(asked.fetch('http://idp.example/'));
    expect([kind, message]).toEqual(['blocked', expect.stringContaining('plain http')]);
  });
});

describe('the address is decided when the connection is made', () => {
  it('by one look-up: an answer that changes afterwards is not asked for', async () => {
    const port = await served((_, response) => response.end('here'));
    let asked = 0;
    const resolve = async () => (asked++ === 0 ? ['127.0.0.1'] : ['10.0.0.7']);
    const { body } = await guard({ resolve }).fetch(`http://idp.example:${port}/`);
    expect([body, asked]).toEqual(['here', 1]);
  });

  it('each time anew: a name that moves inside is blocked with its next connection', async () => {
    const port = await served((_, response) => response.setHeader('connection', 'close').end('here'));
    const answers = [['127.0.0.1'], ['169.254.169.254']];
    const asking = guard({ resolve: async () => answers.shift() ?? [] });
    expect((await asking.fetch(`http://idp.example:${port}/`)).status).toBe(200);
    expect((await failure(asking.fetch(`http://idp.example:${port}/`))).kind).toBe('blocked');
  });

  it('a connection that stands does not outlive the trusted network that allowed it', async () => {
    let connections = 0;
    const server = createServer((_, response) => response.end('here'));
    server.on('connection', () => connections++);
    const port = await listening(server);
    let trusted: string[] = ['10.0.0.0/8'];
    const asking = guard({ trustedNetworks: () => trusted });
    await asking.fetch(`http://127.0.0.1:${port}/`);
    await setTimeout(20);
    await asking.fetch(`http://127.0.0.1:${port}/`);
    await setTimeout(20);
    expect(connections).toBe(1);
    trusted = [];
    await asking.fetch(`http://127.0.0.1:${port}/`);
    expect(connections).toBe(2);
  });

  it('not by a proxy that the environment names', async () => {
    const port = await served((_, response) => response.end('direct'));
    const before = process.env.HTTP_PROXY;
    process.env.HTTP_PROXY = 'http://127.0.0.1:9';
    try {
      expect((await guard().fetch(`http://127.0.0.1:${port}/`)).body).toBe('direct');
    } finally {
      if (before === undefined) delete process.env.HTTP_PROXY;
      else process.env.HTTP_PROXY = before;
    }
  });
});

describe('a redirect', () => {
  const target = async () => {
    const port = await served((request, response) =>
      request.url === '/to'
        ? response.end(String(request.headers.authorization))
        : response
            .writeHead(302, { location: new URL(request.url!, 'http://x').searchParams.get('to')! })
            .end(),
    );
    return (to: string) => `http://127.0.0.1:${port}/?to=${encodeURIComponent(to)}`;
  };

  it('is refused, followed, or the answer, as the caller says', async () => {
    const url = await target();
    expect((await failure(guard().fetch(url('/to')))).kind).toBe('redirect');
    const headers = { authorization: 'Bearer x' };
    expect((await guard().fetch(url('/to'), { redirects: 1, headers })).body).toBe('Bearer x');
    expect((await guard().fetch(url('/to'), { redirects: 'answer' })).headers.location).toBe('/to');
    expect((await failure(guard().fetch(url('/to'), { redirects: 1, method: 'POST' }))).kind).toBe(
      'redirect',
    );
    expect((await failure(guard().fetch(url(url('/to')), { redirects: 1 }))).kind).toBe('redirect');
  });

  it('is checked like the first address', async () => {
    const url = await target();
    const follow = (to: string) => failure(guard(resolveTo('10.0.0.1')).fetch(url(to), { redirects: 3 }));
    expect((await follow('http://169.254.169.254/')).kind).toBe('blocked');
    expect((await follow('http://idp.example/')).kind).toBe('blocked');
    expect((await follow('https://idp.example/')).kind).toBe('redirect');
    expect((await follow('file:///etc/passwd')).kind).toBe('blocked');
  });

  it('takes no credentials to another place', async () => {
    const url = await target();
    const elsewhere = await served((request, response) =>
      response.end(String(request.headers.authorization)),
    );
    const headers = { authorization: 'Bearer x' };
    const followed = await guard().fetch(url(`http://127.0.0.1:${elsewhere}/`), { redirects: 1, headers });
    expect(followed.body).toBe('undefined');
  });
});

describe('an answer', () => {
  it('that is larger than allowed is not read on', async () => {
    let sent = 0;
    const port = await served((_, response) => {
      const more = () => {
        while (!response.destroyed && sent < 64e6 && response.write(Buffer.alloc(65_536))) sent += 65_536;
      };
      response.on('drain', more);
      more();
    });
    const asked = guard().fetch(`http://127.0.0.1:${port}/`, { maxBytes: 100_000 });
    expect((await failure(asked)).kind).toBe('tooLarge');
    expect(sent).toBeLessThan(32e6);
  });

  it('of exactly the size is read', async () => {
    const port = await served((_, response) => response.end('x'.repeat(1000)));
    expect((await guard().fetch(`http://127.0.0.1:${port}/`, { maxBytes: 1000 })).body).toHaveLength(1000);
    const asked = guard().fetch(`http://127.0.0.1:${port}/`, { maxBytes: 999 });
    expect((await failure(asked)).kind).toBe('tooLarge');
  });

  it('whose beginning is enough says whether there was more', async () => {
    const port = await served((_, response) => response.end('x'.repeat(1000)));
    const packed = await served((_, response) => response.setHeader('content-encoding', 'gzip').end('x'));
    const beginning = (at: number, maxBytes: number) =>
      guard().fetch(`http://127.0.0.1:${at}/`, { maxBytes, beyond: 'cut' });
    expect(await beginning(port, 1000)).toMatchObject({ body: 'x'.repeat(1000), isCut: false });
    expect(await beginning(port, 999)).toMatchObject({ body: 'x'.repeat(999), isCut: true });
    expect(await beginning(packed, 999)).toMatchObject({ body: '', isCut: false });
  });

  it('that trickles, or does not come, ends with the time it was given', async () => {
    const trickle = await served((_, response) => {
      response.write('x');
      const timer = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(timer));
    });
    const silent = await served(() => {});
    for (const port of [trickle, silent]) {
      const { kind, advice } = await failure(guard().fetch(`http://127.0.0.1:${port}/`, { timeoutMs: 150 }));
      expect(kind).toBe('timeout');
      expect(advice).not.toBe('');
    }
    const never = guard({ resolve: () => new Promise(() => {}) });
    expect((await failure(never.fetch('https://idp.example/', { timeoutMs: 100 }))).kind).toBe('timeout');
  });

  it('that is cut off, packed, or no HTTP is none', async () => {
    const cut = await served((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('x');
      setTimeout(20).then(() => response.destroy());
    });
    expect(['protocol', 'connect']).toContain(
      (await failure(guard().fetch(`http://127.0.0.1:${cut}/`))).kind,
    );
    const packed = await served((_, response) => response.setHeader('content-encoding', 'gzip').end('x'));
    expect((await failure(guard().fetch(`http://127.0.0.1:${packed}/`))).kind).toBe('protocol');
  });

  it('does not come where nobody listens', async () => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    await new Promise((done) => server.close(done));
    const { kind, message } = await failure(guard().fetch(`http://127.0.0.1:${port}/`));
    expect(kind).toBe('connect');
    expect(message).toContain(`127.0.0.1:${port}`);
  });

  it('ends early when the caller wants no more', async () => {
    const port = await served(() => {});
    const ending = new AbortController();
    const asked = guard().fetch(`http://127.0.0.1:${port}/`, { signal: ending.signal });
    setTimeout(30).then(() => ending.abort(new Error('enough')));
    await expect(asked).rejects.toThrow('enough');
  });
});

describe('TLS', () => {
  const secure = () =>
    listening(
      createTlsServer({ cert: certificate, key: certificateKey }, (_, response) => response.end('safe')),
    );

  it('is verified, against the name that was asked for', async () => {
    const port = await secure();
    const here = resolveTo('127.0.0.1');
    expect((await failure(guard(here).fetch(`https://idp.example:${port}/`))).kind).toBe('tls');
    const trusting = guard({ ...here, certificateAuthorities: [certificate] });
    expect((await trusting.fetch(`https://idp.example:${port}/`)).body).toBe('safe');
    expect((await failure(trusting.fetch(`https://other.example:${port}/`))).kind).toBe('tls');
    expect((await failure(trusting.fetch(`https://127.0.0.1:${port}/`))).kind).toBe('tls');
  });
});
