// Everybody as they were at a moment, as a file: who had what, and why. Read some hundred people at a time as fast as it is
// taken, so that a file of a million people needs no more memory than one of a hundred.

import { Type } from 'typebox';
import type { Ledger } from '../../ledger/ledger.ts';
import { choice } from './contract.ts';
import { csvLine } from './csv.ts';
import { fileAnswer, fileMedia, type InCsv } from './file-answer.ts';
import { momentQuery, readMoment, thisMoment } from './moment.ts';
import { type PastAccess, showThen } from './past-access.ts';
import { peopleThen, type Then, thenAt } from './past-people.ts';
import { type Route, route } from './route.ts';

const PEOPLE_AT_ONCE = 100;

const columns = [
  'at',
  'position',
  'provider',
  'user',
  'userName',
  'displayName',
  'status',
  'kind',
  'target',
  'targetName',
  'by',
  'words',
  'rule',
  'attribute',
  'value',
  'channel',
  'group',
  'groupName',
  'givenBy',
  'since',
  'cause',
];

/** A line for each reason; one for who had nothing, so that nobody is missing. */
function accessLines(person: PastAccess): string {
  const { user, at, position } = person;
  const who = [at, position, user.provider, user.id, user.userName, user.displayName, user.status];
  const held = [
    ...(person.role ? [['role', person.role] as const] : []),
    ...person.teams.map((team) => ['team', team] as const),
    ...person.businessUnits.map((unit) => ['businessUnit', unit] as const),
  ];
  if (held.length === 0) return csvLine([...who, ...columns.slice(who.length).map(() => null)]);
  const lines = held.flatMap(([kind, { id, name, sources }]) =>
    sources.map(({ by, words, rule, attribute, value, channel, group, actor, since, cause }) =>
      csvLine([
        ...who,
        kind,
        id,
        name,
        by,
        words,
        rule?.id,
        attribute,
        value,
        channel,
        group?.id,
        group?.name,
        actor,
        since,
        cause,
      ]),
    ),
  );
  return lines.join('');
}

export const accessInCsv: InCsv<PastAccess> = { heading: columns, lines: accessLines };

const needs = { resource: 'audit', operation: 'read' } as const;

const exportAccess = route({
  method: 'GET',
  path: '/audit/access',
  permission: needs,
  summary: 'Who had what at a moment, and why, as a file',
  description:
    'Everybody who was there, without those who had been removed by then. As it is now where no moment is named.',
  query: Type.Object(
    { ...momentQuery, format: Type.Optional(choice(['jsonl', 'csv'], 'jsonl where it is left out.')) },
    { additionalProperties: false },
  ),
  streams: {
    media: fileMedia,
    description:
      'A person each: as GET /users/{id}/access has them with `at`; in CSV (RFC 4180) a line for each reason. A cell of CSV that a spreadsheet would take for a formula begins with an apostrophe.',
  },
  async handle(call) {
    const { format = 'jsonl', ...asked } = call.query;
    const { ledger } = call.parts;
    const moment = (await readMoment(ledger, asked, call.at)) ?? (await thisMoment(ledger, call.at));
    const name = `access-${new Date(moment.at).toISOString().slice(0, 10)}`;
    return fileAnswer(call, {
      name,
      format,
      csv: accessInCsv,
      portions: everybodyThen(thenAt(ledger, moment), ledger),
      needs,
    });
  },
});

/** In the order in which they came. */
export async function* everybodyThen(then: Then, ledger: Ledger): AsyncGenerator<PastAccess[]> {
  for (let after = 0; ; ) {
    const made = await ledger.events({
      types: ['user.created'],
      after,
      among: { above: 0, upTo: then.moment.position },
      limit: PEOPLE_AT_ONCE,
    });
    const people = await peopleThen(
      ledger,
      then,
      made.map(({ subject }) => subject.id),
    );
    const there = people.filter(({ status }) => status !== 'removed');
    // Where the engine answers at once nothing else would have its turn before somebody waits to take what was read.
    await new Promise((resolve) => setImmediate(resolve));
    if (there.length > 0) yield await Promise.all(there.map((person) => showThen(then, person)));
    const last = made.at(-1);
    if (!last || made.length < PEOPLE_AT_ONCE) return;
    after = last.position;
  }
}

export const pastExportRoutes: readonly Route[] = [exportAccess];
