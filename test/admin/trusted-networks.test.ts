// GET and PUT /api/settings/trusted-networks: which private networks outbound requests may reach, and which never.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSettings } from '../../src/config.ts';
import { trustedNetworks } from '../../src/edge/admin/trusted-networks.ts';
import { type Fixture, keys, startFixture } from './fixture.ts';

const path = '/api/settings/trusted-networks';
const office = { cidr: '10.20.0.0/16', description: 'Office' };
let api: Fixture;
let declared: Fixture;
beforeAll(async () => {
  [api, declared] = await Promise.all([
    startFixture(),
    startFixture({ config: { trustedNetworks: [office] } }),
  ]);
});
afterAll(async () => {
  await api.stop();
  await declared.stop();
});

interface NetworksJson {
  networks: { cidr: string; description: string }[];
  revision: number;
  locked: boolean;
}

const put = (networks: object[], headers = {}) =>
  api.send<NetworksJson>('PUT', path, { body: { networks }, headers });

describe('trusted networks', () => {
  it('GET 200: none until somebody sets them', async () => {
    const { body, headers } = await api.get(path);
    expect(body).toEqual({ networks: [], revision: 0, locked: false });
    expect(headers.get('etag')).toBe('"0"');
    expect((await api.get(path, { key: keys.viewer })).status).toBe(403);
  });

  it('PUT 200: there from now on, with its event; the same again is none', async () => {
    const networks = [
      office,
      { cidr: 'fd12:3456::/32', description: '' },
      { cidr: '192.168.7.1', description: '' },
    ];
    const events = await api.eventsOf(async () => {
      expect((await put(networks, { 'if-match': '"0"' })).body).toEqual({
        networks,
        revision: 1,
        locked: false,
      });
      expect((await put(networks)).body).toMatchObject({ revision: 1 });
    });
    expect(events).toMatchObject([
      {
        type: 'settings.updated',
        subject: { kind: 'settings', id: 'trustedNetworks' },
        data: { after: networks },
      },
    ]);
    expect((await api.get<NetworksJson>(path)).body.networks).toEqual(networks);
    // And so it is for whoever asks before a request goes out.
    const settings = readSettings({ env: {}, config: {} });
    expect(await trustedNetworks({ ledger: api.server.ledger, settings })).toMatchObject({ networks });
  });

  it('PUT 412 when somebody else was first; 403 for who may only look', async () => {
    expect((await put([], { 'if-match': '"0"' })).status).toBe(412);
    const refused = await api.send('PUT', path, { body: { networks: [] }, key: keys.developer });
    expect(refused.problem).toMatchObject({ status: 403, permission: 'settings:edit' });
  });

  it.each([
    ['intranet.contoso.com', 'is no network'],
    ['10.20.0.0/33', 'is no network'],
    ['127.0.0.1', 'this machine'],
    ['127.1.2.0/24', 'this machine'],
    ['0.0.0.0/0', 'this machine'],
    ['126.0.0.0/7', 'this machine'],
    ['::1', 'this machine'],
    ['::/0', 'this machine'],
    ['0:0:0:0:0:0:0:1', 'this machine'],
    ['169.254.169.254', 'credentials of this machine'],
    ['169.254.0.0/24', 'credentials of this machine'],
    ['168.63.129.0/24', 'configuration of this machine'],
    ['fd00:ec2::254', 'credentials of this machine'],
    ['fe80::1', 'link-local'],
    ['::ffff:10.0.0.1', 'write them as IPv4'],
    ['::ffff:127.0.0.1', ''],
  ])('PUT 400 for %s', async (cidr, said) => {
    const { problem } = await put([office, { cidr }]);
    expect(problem).toMatchObject({
      status: 400,
      detail: expect.stringContaining(said),
      problems: [{ path: '/networks/1/cidr' }],
    });
  });

  it('PUT 400 for one that stands there twice', async () => {
    expect((await put([office, office])).problem.detail).toContain('stands there twice');
  });

  it('what the configuration file declares is shown, and changed there alone', async () => {
    expect((await declared.get(path)).body).toEqual({ networks: [office], revision: 0, locked: true });
    const refused = await declared.send('PUT', path, { body: { networks: [] } });
    expect(refused.problem).toMatchObject({ status: 409, locked: ['trustedNetworks'] });
  });
});
