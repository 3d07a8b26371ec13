// What the feed, the audit list and its export are filtered by.

import { Type } from 'typebox';
import { providerFilter } from './contract.ts';
import { eventWords } from './event-pages.ts';
import { period } from './time-filter.ts';

const key = (description: string, maxLength = 300) =>
  Type.Optional(Type.String({ minLength: 1, maxLength, description }));

export const eventFilters = {
  type: key(`One or more types, separated by commas: ${Object.keys(eventWords).join(', ')}.`, 2_000),
  provider: providerFilter,
  actor: key('Id of who did it, or a kind: token (SCIM), key, user, admin, system.'),
  subject: key('Id of a user, group, team, business unit, provider or token.'),
  object: key('Id of the other end: a group, a role, a team, a business unit.'),
  cause: key('Id of the request or job whose effects they are.'),
  ...period,
};
