// bifrost tail: what arrives while it runs, once each, in order, until it is told to end.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Bifrost } from '../../src/main.ts';
import { makeSite, type Push, provision, pushTo, type Ran, run, type Site, userBody } from './fixture.ts';

let site: Site;
let bifrost: Bifrost | null;
let push: Push;

beforeEach(async () => {
  site = await makeSite(null);
  bifrost = await site.serve();
  push = pushTo(bifrost, site.token);
});
afterEach(async () => {
  await bifrost?.stop();
  await site.remove();
});

interface Tail {
  /** Resolves once it has printed the text. */
  says(text: string): Promise<void>;
  ended: Promise<Ran>;
  end(): Promise<Ran>;
}

async function follow(...options: string[]): Promise<Tail> {
  const stop = new AbortController();
  const listeners = new Set<() => void>();
  let text = '';
  const hear = (more: string) => {
    text += more;
    for (const look of listeners) look();
  };
  const ran = run(site.env, ['tail', ...options], { stop: stop.signal, onOut: hear, onErr: hear });
  const says = (wanted: string) =>
    new Promise<void>((resolve) => {
      const look = () => text.includes(wanted) && resolve();
      listeners.add(look);
      look();
    });
  await says('Following');
  return {
    says,
    ended: ran,
    end: () => {
      stop.abort();
      return ran;
    },
  };
}

interface Line {
  is: 'request' | 'event';
  type?: string;
  position?: number;
  action?: string;
  status?: number;
}

const lines = ({ out }: Ran): Line[] =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

describe('beside a running server', () => {
  test('requests in plain words, each with the events that it caused; nothing from before', async () => {
    await push('POST', '/Users', userBody('before@contoso.com'));
    const tail = await follow();
    await push('POST', '/Users', userBody('amara@contoso.com', { displayName: 'Amara Osei' }, 'Support'));
    await tail.says('grant.added');
    const { code, out } = await tail.end();
    expect(code).toBe(0);
    expect(out).not.toContain('before@contoso.com');
    const [request, ...events] = out.trimEnd().split('\n');
    expect(request).toMatch(
      /^\d\d:\d\d:\d\dZ 201 Created Amara Osei {2}POST \/scim\/v2\/Users, entra, \d+ ms$/,
    );
    const created = /^\d\d:\d\d:\d\dZ {3}#\d+ user\.created user \S+ \(amara@contoso\.com\)$/;
    expect(events.filter((line) => created.test(line))).toHaveLength(1);
    expect(events.some((line) => / grant\.added user \S+ - businessUnit Support$/.test(line))).toBe(true);
  });

  test('requests that change nothing, and refused ones, show too', async () => {
    const tail = await follow('--requests');
    await push('GET', '/Users/unknown');
    await tail.says('404');
    const { out } = await tail.end();
    expect(out).toMatch(/ 404 /);
  });

  test('--json: one document per line, each once, events in order without gaps', async () => {
    const tail = await follow('--json');
    await provision(push);
    await tail.says('"displayName":"Platform"');
    await push('GET', '/Users?count=1');
    await tail.says('"method":"GET"');
    const shown = lines(await tail.end());
    const positions = shown.filter((line) => line.is === 'event').map((line) => line.position!);
    expect(positions).toEqual(positions.map((_, i) => positions[0]! + i));
    const requests = shown.filter((line) => line.is === 'request');
    expect(requests.map((line) => line.status)).toEqual([201, 201, 201, 201, 200]);
  });

  test('--events --after 0: all from the first', async () => {
    await provision(push);
    const tail = await follow('--events', '--after', '0', '--json');
    await tail.says('membership.added');
    const shown = lines(await tail.end());
    expect(shown[0]).toMatchObject({ is: 'event', position: 1, type: 'provider.created' });
    expect(shown.every((line) => line.is === 'event')).toBe(true);
  });

  test('--type: only of these, with requests left out', async () => {
    const tail = await follow('--type', 'group.created,grant.added', '--after', '0', '--json');
    await provision(push);
    await tail.says('group.created');
    await push('POST', '/Users', userBody('amara@contoso.com', {}, 'Support'));
    await tail.says('Support');
    const shown = lines(await tail.end());
    expect(shown.every((line) => line.is === 'event')).toBe(true);
    expect([...new Set(shown.map((line) => line.type))].sort()).toEqual(['grant.added', 'group.created']);
    const odd = await run(site.env, ['tail', '--type', 'user.exploded']);
    expect([odd.code, odd.err]).toEqual([2, expect.stringContaining('There are no events of the type')]);
    expect((await run(site.env, ['tail', '--requests', '--type', 'user.created'])).code).toBe(2);
  });

  test('--provider: only of that one', async () => {
    const tail = await follow('--events', '--after', '0', '--provider', 'bare', '--json');
    await tail.says('provider.created');
    await push('POST', '/Users', userBody('amara@contoso.com'));
    const shown = lines(await tail.end()) as (Line & { provider: string })[];
    expect(new Set(shown.map((line) => line.provider))).toEqual(new Set(['bare']));
  });

  test('a provider that is not there: exit code 1 at once', async () => {
    const { code, err } = await run(site.env, ['tail', '--provider', 'nowhere']);
    expect(code).toBe(1);
    expect(err).toMatch(/There is no provider "?nowhere"?\./);
  });

  test('the server goes: exit code 3', async () => {
    const tail = await follow('--events');
    await bifrost!.stop();
    bifrost = null;
    const { code, err } = await tail.ended;
    expect(code).toBe(3);
    expect(err).toContain('stopped answering');
  });
});

describe('where no server runs', () => {
  test('shows the latest and ends', async () => {
    await provision(push);
    await bifrost!.stop();
    bifrost = null;
    const ran = await run(site.env, ['tail', '--json']);
    expect(ran.code).toBe(0);
    expect(ran.err).toContain('No server runs here, so nothing follows.');
    expect(lines(ran).filter((line) => line.is === 'request')).toHaveLength(4);
    const all = await run(site.env, ['tail', '--events', '--after', '0', '--json']);
    expect(lines(all)[0]).toMatchObject({ position: 1 });
  });
});
