// The core Group of RFC 7643 4.2. displayName is required and unique because it is what providers match by.

import { groupUrn } from '../messages.ts';
import type { Schema } from '../schema.ts';
import { attribute, complex } from './attribute.ts';

export const groupSchema: Schema = {
  id: groupUrn,
  name: 'Group',
  description: 'Group',
  attributes: [
    attribute('displayName', 'string', 'The name of the group.', { required: true, uniqueness: 'server' }),
    complex(
      'members',
      'Who belongs to the group; added and removed, never edited.',
      [
        attribute('value', 'string', 'The id of the member.', { caseExact: true, mutability: 'immutable' }),
        attribute('$ref', 'reference', 'Where the member is found.', {
          mutability: 'immutable',
          referenceTypes: ['User', 'Group'],
        }),
        attribute('display', 'string', 'A name to show for the member.', { mutability: 'immutable' }),
        attribute('type', 'string', 'The kind of member.', {
          mutability: 'immutable',
          canonicalValues: ['User', 'Group'],
        }),
      ],
      { multiValued: true },
    ),
  ],
};
