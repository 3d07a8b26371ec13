// The private networks that outbound requests may reach: of the configuration file where it declares them, else of whoever
// edits them here.

import { BlockList, isIP } from 'node:net';
import { type Static, Type } from 'typebox';
import { isNetwork } from '../../config-schema.ts';
import { equalJson } from '../../scim/json.ts';
import type { Parts } from '../parts.ts';
import { isLockedSetting, refuseLockedSetting } from './lock.ts';
import { badInput, type InputProblem } from './read-input.ts';
import { changeBy, type Route, route } from './route.ts';
import { trustedNetworksShape } from './sign-in-contract.ts';
import { checkIfMatch, revisionTag } from './version-check.ts';

const SETTING = 'trustedNetworks';
/** As many as the configuration file may declare. */
const NETWORKS = 200;

interface Network {
  cidr: string;
  description: string;
}

/** As they are at this moment. */
export async function trustedNetworks({
  ledger,
  settings,
}: Pick<Parts, 'ledger' | 'settings'>): Promise<Static<typeof trustedNetworksShape>> {
  const declared = settings.declared?.trustedNetworks;
  if (declared) return { networks: [...declared], revision: 0, locked: isLockedSetting(settings, SETTING) };
  const stored = await ledger.ownSettings.read(SETTING);
  return { networks: (stored?.value ?? []) as Network[], revision: stored?.revision ?? 0, locked: false };
}

const getNetworks = route({
  method: 'GET',
  path: '/settings/trusted-networks',
  permission: { resource: 'settings', operation: 'read' },
  summary: 'The private networks that outbound requests may reach',
  response: trustedNetworksShape,
  versioned: true,
  async handle({ parts }) {
    const body = await trustedNetworks(parts);
    return { headers: { etag: revisionTag(body.revision) }, body };
  },
});

const putNetworks = route({
  method: 'PUT',
  path: '/settings/trusted-networks',
  permission: { resource: 'settings', operation: 'edit' },
  summary: 'Change the private networks that outbound requests may reach',
  description:
    'The whole list takes the place of the former. This machine and the metadata of clouds are never in it.',
  body: Type.Object(
    {
      networks: Type.Array(
        Type.Object(
          {
            cidr: Type.String({ minLength: 1, maxLength: 64, description: 'Such as 10.20.0.0/16.' }),
            description: Type.Optional(Type.String({ maxLength: 256, pattern: '^[^\\u0000]*$' })),
          },
          { additionalProperties: false },
        ),
        { maxItems: NETWORKS },
      ),
    },
    { additionalProperties: false },
  ),
  response: trustedNetworksShape,
  versioned: true,
  refuses: { 409: 'The configuration file owns the list' },
  async handle(call) {
    const { parts, body, ifMatch } = call;
    refuseLockedSetting(parts.settings, SETTING);
    const before = await trustedNetworks(parts);
    checkIfMatch(ifMatch, revisionTag(before.revision));
    const networks = body.networks.map(({ cidr, description = '' }) => ({ cidr, description }));
    refuseUntrustworthy(networks);
    if (equalJson(networks, before.networks)) {
      return { headers: { etag: revisionTag(before.revision) }, body: before };
    }
    const revision = await parts.ledger.ownSettings.save(SETTING, networks, before.revision, changeBy(call));
    return { headers: { etag: revisionTag(revision) }, body: { networks, revision, locked: false } };
  },
});

export const trustedNetworkRoutes: readonly Route[] = [getNetworks, putNetworks];

// --- what nobody may trust --------------------------------------------------------------------------------------

/** Networks, and what a request that went there would reach. */
const neverTrusted: readonly (readonly [cidr: string, what: string])[] = [
  ['127.0.0.0/8', 'this machine'],
  ['0.0.0.0/8', 'this machine'],
  ['::1/128', 'this machine'],
  ['::/128', 'this machine'],
  ['169.254.0.0/16', 'link-local addresses, where clouds serve the credentials of this machine'],
  ['fe80::/10', 'link-local addresses'],
  ['fd00:ec2::254/128', 'where AWS serves the credentials of this machine'],
  ['100.100.100.200/32', 'where Alibaba Cloud serves the credentials of this machine'],
  ['168.63.129.16/32', 'where Azure serves the configuration of this machine'],
  ['::ffff:0:0/96', 'IPv4 addresses in another form: write them as IPv4'],
  ['64:ff9b::/96', 'IPv4 addresses in another form: write them as IPv4'],
];

function refuseUntrustworthy(networks: readonly Network[]): void {
  const problems: InputProblem[] = [];
  for (const [at, { cidr }] of networks.entries()) {
    const problem = problemOf(cidr, networks.slice(0, at));
    if (problem) problems.push({ path: `/networks/${at}/cidr`, problem });
  }
  if (problems.length > 0) throw badInput('The body', problems.slice(0, 20));
}

function problemOf(cidr: string, before: readonly Network[]): string | null {
  if (!isNetwork(cidr)) {
    return 'is no network: write an IP address, or one with a prefix length such as 10.20.0.0/16';
  }
  if (before.some((each) => each.cidr === cidr)) return 'stands there twice';
  const forbidden = neverTrusted.find(([network]) => overlap(cidr, network));
  return forbidden ? `covers ${forbidden[0]}: ${forbidden[1]}` : null;
}

/** Of two networks that have an address in common, one holds the first address of the other. */
function overlap(one: string, other: string): boolean {
  return holds(one, addressOf(other)) || holds(other, addressOf(one));
}

function holds(network: string, address: string): boolean {
  const [base = '', prefix] = network.split('/');
  const family = familyOf(base);
  if (family !== familyOf(address)) return false;
  const list = new BlockList();
  list.addSubnet(base, prefix === undefined ? (family === 'ipv4' ? 32 : 128) : Number(prefix), family);
  return list.check(address, family);
}

function addressOf(network: string): string {
  return network.split('/')[0]!;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}
