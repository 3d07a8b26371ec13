// The core User of RFC 7643 4.1, as 8.7.1 describes it and as this server treats it.

import { userUrn } from '../messages.ts';
import type { Schema } from '../schema.ts';
import { attribute, complex, valued } from './attribute.ts';

const name = complex('name', 'The parts of the name.', [
  attribute('formatted', 'string', 'The whole name, ready to show.'),
  attribute('familyName', 'string', 'The family name.'),
  attribute('givenName', 'string', 'The given name.'),
  attribute('middleName', 'string', 'The middle name or names.'),
  attribute('honorificPrefix', 'string', 'What stands before the name, such as a title.'),
  attribute('honorificSuffix', 'string', 'What stands after the name.'),
]);

const addresses = complex(
  'addresses',
  'Postal addresses.',
  [
    attribute('formatted', 'string', 'The whole address, ready to print.'),
    attribute('streetAddress', 'string', 'Street, house number and what belongs to them.'),
    attribute('locality', 'string', 'City or locality.'),
    attribute('region', 'string', 'State or region.'),
    attribute('postalCode', 'string', 'Postal code.'),
    attribute('country', 'string', 'Country.'),
    attribute('type', 'string', 'What the address is for.', { canonicalValues: ['work', 'home', 'other'] }),
    attribute('primary', 'boolean', 'Whether it is the preferred one; at most one is.'),
  ],
  { multiValued: true },
);

const groups = complex(
  'groups',
  'The groups that the user belongs to; changed through the groups.',
  [
    attribute('value', 'string', 'The id of the group.', { caseExact: true, mutability: 'readOnly' }),
    attribute('$ref', 'reference', 'Where the group is found.', {
      mutability: 'readOnly',
      referenceTypes: ['Group'],
    }),
    attribute('display', 'string', 'The name of the group.', { mutability: 'readOnly' }),
    attribute('type', 'string', 'How the membership came about.', {
      mutability: 'readOnly',
      canonicalValues: ['direct', 'indirect'],
    }),
  ],
  { multiValued: true, mutability: 'readOnly' },
);

export const userSchema: Schema = {
  id: userUrn,
  name: 'User',
  description: 'User Account',
  attributes: [
    attribute('userName', 'string', 'The name by which the provider knows the user.', {
      required: true,
      uniqueness: 'server',
    }),
    name,
    attribute('displayName', 'string', 'The name to show.'),
    attribute('nickName', 'string', 'The casual name.'),
    attribute('profileUrl', 'reference', 'A page about the user.', { referenceTypes: ['external'] }),
    attribute('title', 'string', 'The job title.'),
    attribute('userType', 'string', 'The relation to the organisation.'),
    attribute('preferredLanguage', 'string', 'Preferred language or languages, as in Accept-Language.'),
    attribute('locale', 'string', 'For dates, numbers and currency.'),
    attribute('timezone', 'string', 'Time zone, as in the IANA database.'),
    attribute('active', 'boolean', 'Whether the user may sign in.'),
    attribute('password', 'string', 'Taken and thrown away: people sign in at the provider.', {
      caseExact: true,
      mutability: 'writeOnly',
      returned: 'never',
    }),
    valued('emails', 'E-mail addresses.', attribute('value', 'string', 'The address.'), [
      'work',
      'home',
      'other',
    ]),
    valued('phoneNumbers', 'Telephone numbers.', attribute('value', 'string', 'The number, as written.'), [
      'work',
      'home',
      'mobile',
      'fax',
      'pager',
      'other',
    ]),
    valued('ims', 'Instant messaging addresses.', attribute('value', 'string', 'The address.')),
    valued(
      'photos',
      'Pictures.',
      attribute('value', 'reference', 'Where the picture is.', { referenceTypes: ['external'] }),
      ['photo', 'thumbnail'],
    ),
    addresses,
    groups,
    valued('entitlements', 'Things the user is entitled to.', attribute('value', 'string', 'The name.')),
    valued('roles', 'Roles at the provider.', attribute('value', 'string', 'The name of the role.')),
    valued(
      'x509Certificates',
      'Certificates of the user.',
      attribute('value', 'binary', 'DER, in base64.', { caseExact: true }),
    ),
  ],
};
