// What a list of users may be narrowed to, over this population: each filter that the page offers, alone and where two of them
// meet, and searches that find everybody, many, one and nobody; each in every order that the page offers.

import type { UserListQuery } from '../../src/ledger/ledger.ts';
import { groupNameOf } from '../person.ts';
import type { Site } from '../stand.ts';
import { askApi } from './figures.ts';
import { RENAMED } from './jobs.ts';

export interface ListQuestion {
  what: string;
  /** Of the address; names of the ledger's query, but for the provider. */
  filters: Pick<
    UserListQuery,
    'status' | 'role' | 'team' | 'businessUnit' | 'source' | 'canSignIn' | 'search'
  >;
}

export const listSorts = [
  'userName',
  '-userName',
  'displayName',
  '-displayName',
  'createdAt',
  '-createdAt',
  'lastProvisionedAt',
  '-lastProvisionedAt',
  'lastSignInAt',
  '-lastSignInAt',
] as const;

export async function listQuestions(site: Site): Promise<ListQuestion[]> {
  const large = await idOf(site, 'teams', groupNameOf(0), RENAMED);
  const small = await idOf(site, 'teams', groupNameOf(1));
  const unit = await idOf(site, 'business-units', 'Department 7');
  const asked: Record<string, ListQuestion['filters']> = {
    everybody: {},
    'status active': { status: 'active' },
    'status suspended': { status: 'suspended' },
    'status removed': { status: 'removed' },
    'role Viewer': { role: await roleOf(site, 'Viewer') },
    'role Developer': { role: await roleOf(site, 'Developer') },
    'no role': { role: 'none' },
    'cannot sign in': { canSignIn: false },
    'the largest team': { team: large },
    'a small team': { team: small },
    'a business unit': { businessUnit: unit },
    'the largest team and a business unit': { team: large, businessUnit: unit },
    'a small team and a business unit': { team: small, businessUnit: unit },
    'suspended, of a business unit': { status: 'suspended', businessUnit: unit },
    'suspended, of the largest team': { status: 'suspended', team: large },
    'no role, suspended': { role: 'none', status: 'suspended' },
    'source SCIM': { source: 'scim' },
    'source sign-in': { source: 'login' },
    'search, in every name': { search: 'kitehaus' },
    'search, in one name of twelve': { search: 'imani' },
    'search, in one name of a thousand': { search: '.777' },
    'search, in one name': { search: '.777777@' },
    'search, in no name': { search: 'nobodyhasthis' },
    'search, one letter': { search: 'i' },
    'search, two letters': { search: 'im' },
    'search in the largest team': { search: 'imani', team: large },
    'search in a business unit': { search: 'imani', businessUnit: unit },
    'search, active': { search: 'imani', status: 'active' },
    'search, suspended': { search: 'imani', status: 'suspended' },
  };
  return Object.entries(asked).map(([what, filters]) => ({ what, filters }));
}

/** Of the first of these names that is there. */
async function idOf(site: Site, list: 'teams' | 'business-units', ...names: string[]): Promise<string> {
  for (const name of names) {
    const found = await askApi(site, `/api/${list}?limit=1&search=${encodeURIComponent(name)}`);
    const [item] = (found as { items: { id: string }[] }).items;
    if (item) return item.id;
  }
  throw new Error(`${names.join(', ')}: not there`);
}

async function roleOf(site: Site, name: string): Promise<string> {
  const { items } = (await askApi(site, '/api/roles?limit=500')) as { items: { id: string; name: string }[] };
  const item = items.find((each) => each.name === name);
  if (!item) throw new Error(`${name} is not there`);
  return item.id;
}
