// The directories of all providers: how comparing with each stands, and from which people can be brought.

import { Type } from 'typebox';
import { isClosed } from '../../identity/provider.ts';
import { listQuery, pageOf, search, sortedBy } from './contract.ts';
import { directoryStateShape, showDirectoryState } from './directory-state.ts';
import { pageInMemory } from './page.ts';
import { type Route, route } from './route.ts';
import { readRuns } from './runs.ts';

const listDirectories = route({
  method: 'GET',
  path: '/directories',
  permission: readRuns,
  summary: 'How comparing with the directory of each provider stands, by name',
  query: Type.Object(
    { ...listQuery, search, sort: sortedBy('name', '-name') },
    { additionalProperties: false },
  ),
  response: pageOf(directoryStateShape),
  async handle({ parts, query }) {
    const providers = (await parts.ledger.providers()).map(({ provider }) => provider);
    const page = pageInMemory(
      'directories',
      providers.filter((each) => !isClosed(each)),
      query,
    );
    const items = await Promise.all(page.items.map((each) => showDirectoryState(parts, each)));
    return { body: { ...page, items } };
  },
});

export const directoryRoutes: readonly Route[] = [listDirectories];
