// The same tests on every way that a command can take: to a remote server, through the socket of the server on this
// machine, and to the data itself when no server runs.

import { afterAll, beforeAll, describe } from 'vitest';
import type { Bifrost } from '../../src/main.ts';
import {
  type Environment,
  makeSite,
  type People,
  provision,
  pushTo,
  type Ran,
  run,
  type Site,
} from './fixture.ts';

const ways = ['remote', 'socket', 'in-process'] as const;
type Way = (typeof ways)[number];

/** Filled before the first test of its way. */
export interface Ground {
  way: Way;
  site: Site;
  people: People;
  /** Of SCIM, as administrators are told. */
  endpoint: string;
  cli(...argv: string[]): Promise<Ran>;
  /** What the shell of the command line has. */
  env: Environment;
}

export function onEveryWay(tests: (ground: Ground) => void): void {
  describe.each(ways)('%s', (way) => {
    const ground = { way } as Ground;
    let running: Bifrost | null = null;

    beforeAll(async () => {
      // Without a public address a server's own is where it listens: that is what a remote operator needs here.
      const site = await makeSite(way === 'remote' ? null : 'https://bifrost.example.com');
      const bifrost = await site.serve();
      running = bifrost;
      const people = await provision(pushTo(bifrost, site.token));
      const env: Environment =
        way === 'remote'
          ? { BIFROST_URL: bifrost.url, BIFROST_API_KEY: site.apiKey, BIFROST_DATA_DIR: '/nonexistent' }
          : site.env;
      if (way === 'in-process') {
        await bifrost.stop();
        running = null;
      }
      const endpoint = `${bifrost.settings.publicUrl ?? bifrost.url}/scim/v2`;
      Object.assign(ground, { site, people, endpoint, env, cli: (...argv: string[]) => run(env, argv) });
    });
    afterAll(async () => {
      await running?.stop();
      await ground.site.remove();
    });

    tests(ground);
  });
}
