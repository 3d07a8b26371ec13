// Random filters and sort orders over the generated resources: every operator on every kind of attribute, value paths,
// `not`, `and` and `or` in any depth.

import fc from 'fast-check';
import { ACME, text, type } from './generated-resource.ts';
import { ENTERPRISE } from './scribe.ts';

const quoted = (value: string) => JSON.stringify(value);
const literal = fc.oneof(text, fc.constant('')).map(quoted);
const ORDERED = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'];
const textOperator = fc.constantFrom(...ORDERED, 'co', 'sw', 'ew');
const equality = fc.constantFrom('eq', 'ne');
const truth = fc.constantFrom('true', 'false');
const number = fc.constantFrom('0', '5', '-1', '2.5', '1000000', '3');

type Words = fc.Arbitrary<string>;

const compare = (path: Words, operator: Words, value: Words): Words =>
  fc.tuple(path, operator, value).map((words) => words.join(' '));
const paths = (...names: string[]): Words => fc.constantFrom(...names);
const present = (path: Words): Words => path.map((name) => `${name} pr`);
const unset = (path: Words): Words => fc.tuple(path, equality).map((words) => `${words.join(' ')} null`);
const within = (path: Words, inner: Words): Words =>
  fc.tuple(path, inner).map(([name, part]) => `${name}[${part}]`);
const dotted = (path: Words, inner: Words, last: Words): Words =>
  fc.tuple(path, inner, last).map(([name, part, comparison]) => `${name}[${part}].${comparison}`);

/** `not`, `and`, `or` over the leaves, with the parentheses that keep their meaning. */
function combined(leaf: Words): Words {
  return fc.letrec<{ filter: string; leaf: string }>((tie) => ({
    leaf,
    filter: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      tie('leaf'),
      tie('filter').map((part) => `not (${part})`),
      fc.tuple(tie('filter'), tie('filter')).map(([a, b]) => `(${a}) and (${b})`),
      fc.tuple(tie('filter'), tie('filter')).map(([a, b]) => `(${a}) or (${b})`),
    ),
  })).filter;
}

const userTexts = paths(
  'userName',
  'title',
  'nickName',
  'displayName',
  'externalId',
  'profileUrl',
  'name.familyName',
  'name.givenName',
  'emails',
  'emails.value',
  'emails.type',
  'emails.display',
  'roles',
  'roles.display',
  'addresses.country',
  'addresses.type',
  'department',
  `${ENTERPRISE}:employeeNumber`,
  'manager',
  'groups',
  'groups.display',
  'groups.type',
  'schemas',
  'meta.resourceType',
  'meta.version',
);
const userBooleans = paths('active', 'emails.primary', 'roles.primary');
const foreign = paths(
  `${ACME}:tag`,
  `${ACME}:TAG`,
  `${ACME}:tags`,
  `${ACME}:thing`,
  `${ACME}:things`,
  `${ACME}:nothing`,
);
const foreignSubs = paths(
  `${ACME}:thing.kind`,
  `${ACME}:things.kind`,
  `${ACME}:things.value`,
  `${ACME}:things.primary`,
);
const elementTexts = compare(paths('value', 'type', 'display'), textOperator, literal);
const elementInner = combined(
  fc.oneof(
    elementTexts,
    compare(fc.constant('primary'), equality, truth),
    present(paths('value', 'display', 'primary')),
  ),
);
const foreignInner = combined(
  fc.oneof(
    compare(paths('value', 'kind', 'KIND'), textOperator, literal),
    compare(paths('value'), fc.constantFrom(...ORDERED), number),
    compare(paths('value', 'primary'), equality, truth),
    present(paths('value', 'kind')),
  ),
);
const workAddress = fc
  .tuple(type, text)
  .map(([kind, value]) => `emails[type eq ${quoted(kind)} and value eq ${quoted(value)}]`);

export const userFilter = combined(
  fc.oneof(
    { weight: 5, arbitrary: compare(userTexts, textOperator, literal) },
    compare(userBooleans, equality, truth),
    present(
      fc.oneof(
        userTexts,
        userBooleans,
        paths('name', 'emails', 'meta', 'id', ENTERPRISE, 'password', 'nobody'),
      ),
    ),
    unset(fc.oneof(userTexts, userBooleans)),
    compare(paths('x509Certificates.value'), equality, fc.constantFrom('"YWE="', '"ywe="', '"x"')),
    within(paths('emails'), elementInner),
    dotted(paths('emails'), elementTexts, elementTexts),
    workAddress,
    within(paths('roles'), compare(paths('value', 'display'), textOperator, literal)),
    within(paths('name'), compare(paths('familyName', 'givenName'), textOperator, literal)),
    within(paths('addresses'), compare(paths('country', 'type', 'region'), textOperator, literal)),
    within(paths('groups'), combined(compare(paths('display', 'value', 'type'), textOperator, literal))),
    within(
      paths('meta'),
      compare(fc.constant('resourceType'), textOperator, fc.constantFrom('"User"', '"user"', '"Us"')),
    ),
    { weight: 3, arbitrary: compare(fc.oneof(foreign, foreignSubs), textOperator, literal) },
    compare(fc.oneof(foreign, foreignSubs), fc.constantFrom(...ORDERED), number),
    compare(fc.oneof(foreign, foreignSubs), equality, truth),
    present(fc.oneof(foreign, foreignSubs)),
    unset(foreign),
    { weight: 2, arbitrary: within(paths(`${ACME}:things`, `${ACME}:thing`, `${ACME}:Tags`), foreignInner) },
  ),
);

export const groupFilter = combined(
  fc.oneof(
    compare(
      paths(
        'displayName',
        'externalId',
        'members',
        'members.display',
        'members.type',
        'members.value',
        'meta.version',
      ),
      textOperator,
      literal,
    ),
    present(
      paths(
        'displayName',
        'externalId',
        'members',
        'members.display',
        'members.type',
        'members.value',
        'members.$ref',
      ),
    ),
    unset(paths('externalId', 'members', 'members.display')),
    within(paths('members'), combined(compare(paths('display', 'type', 'value'), textOperator, literal))),
    within(paths('members'), present(paths('display', 'type'))),
  ),
);

export const userSortNames: readonly string[] = [
  'userName',
  'title',
  'externalId',
  'active',
  'profileUrl',
  'name.familyName',
  'emails',
  'emails.display',
  'emails.type',
  'roles',
  'addresses.country',
  'addresses.locality',
  'manager',
  'department',
  'groups',
  'groups.display',
  'schemas',
  'meta.created',
  'meta.version',
  'meta.location',
  `${ACME}:tags`,
  `${ACME}:thing.kind`,
];

export const groupSortNames: readonly string[] = [
  'displayName',
  'externalId',
  'members',
  'members.display',
  'members.type',
  'meta.version',
];
