// The admin API of a Bifrost whose one provider is the local Entra: what routes that read a directory are tested on.

import { type LoginSimulator, startLogin } from '../../simulator/login/login-server.ts';
import { sampleOrganisation } from '../../simulator/sample-organisation.ts';
import type { TenantUser } from '../../simulator/tenant.ts';
import type { RunJson } from '../../src/edge/admin/reconciliation-contract.ts';
import type { WholeRunJson } from '../../src/edge/admin/whole-run.ts';
import { type Fixture, startFixture } from './fixture.ts';

export interface DirectoryFixture extends Fixture {
  entra: LoginSimulator;
  /** Members of the directory, in an order that stays. */
  people(): TenantUser[];
  /** Begins a run of the provider by that address, and waits for its end or until it waits. */
  run(path: 'reconcile' | 'import', body?: object): Promise<WholeRunJson>;
  /** Until it is over or waits. */
  ended(id: string): Promise<WholeRunJson>;
}

const LONGEST_MS = 20_000;

export async function startDirectory(provider: Record<string, unknown> = {}): Promise<DirectoryFixture> {
  const entra = await startLogin({ tenant: sampleOrganisation({ users: 30, groups: 3, members: 60 }, 7) });
  const api = await startFixture({
    env: { BIFROST_DEVELOPMENT: '1' },
    provider: {
      tenantId: entra.tenantId,
      clientId: entra.clientId,
      clientSecret: entra.clientSecret,
      authorityUrl: entra.url,
      graphUrl: entra.graphUrl,
      ...provider,
    },
  });

  async function ended(id: string): Promise<WholeRunJson> {
    const deadline = performance.now() + LONGEST_MS;
    for (;;) {
      const { body } = await api.get<WholeRunJson>(`/api/reconciliations/${id}`);
      if (body.phase === 'done' || body.phase === 'waiting') return body;
      if (performance.now() > deadline) throw new Error(`The run is still ${body.phase}.`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  return {
    ...api,
    entra,
    people: () => [...entra.tenant().users.values()].filter(({ userType }) => userType === 'Member'),
    async run(path, body = {}) {
      const begun = await api.send<RunJson>('POST', `/api/providers/entra/${path}`, { body });
      if (begun.status !== 202) throw new Error(`${begun.status}: ${begun.text}`);
      return ended(begun.body.id);
    },
    ended,
    async stop() {
      await api.stop();
      await entra.close();
    },
  };
}
