// GET /api/audit/evidence: who had what at a moment, by which rule and since when, as one signed file for an access review. Its
// making is not an event, as that of no export is: who made it stands in the signed manifest, with the id of the request.

import { Type } from 'typebox';
import { type Counts, type Manifest, noCounts, writeManifest } from '../../evidence/manifest.ts';
import type { Signer } from '../../evidence/signing.ts';
import { added, noTally, type Tally, tallyOf } from '../../evidence/tally.ts';
import { type PartFile, packWriter, partsOf } from '../../evidence/written-pack.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { limits } from '../../limits.ts';
import { Refusal } from '../../refusal.ts';
import { notedSigner } from '../evidence-keys.ts';
import { stillMay } from './caller.ts';
import { rfc3339 } from './contract.ts';
import { csvLine } from './csv.ts';
import { evidenceReadme } from './evidence-readme.ts';
import { rolesThen, rulesThen } from './evidence-then.ts';
import { columnsInCsv, streamedFile } from './file-answer.ts';
import { type Moment, momentQuery, readMoment, thisMoment } from './moment.ts';
import type { PastAccess } from './past-access.ts';
import { accessInCsv, everybodyThen } from './past-export.ts';
import { thenAt } from './past-people.ts';
import { type Call, changeBy, type Route, route } from './route.ts';

const TAR = 'application/x-tar';

const needs = { resource: 'audit', operation: 'read' } as const;

const withoutRole = columnsInCsv<PastAccess>([
  ['provider', ({ user }) => user.provider],
  ['user', ({ user }) => user.id],
  ['userName', ({ user }) => user.userName],
  ['displayName', ({ user }) => user.displayName],
  ['status', ({ user }) => user.status],
]);

const peopleFiles: readonly PartFile<PastAccess>[] = [
  { name: 'access', ending: 'csv', heading: csvLine(accessInCsv.heading), text: accessInCsv.lines },
  { name: 'access', ending: 'jsonl', heading: '', text: (person) => `${JSON.stringify(person)}\n` },
  {
    name: 'people-without-role',
    ending: 'csv',
    heading: csvLine(withoutRole.heading),
    text: (person) => (person.role ? '' : withoutRole.lines(person)),
  },
];

const getEvidence = route({
  method: 'GET',
  path: '/audit/evidence',
  permission: needs,
  summary: 'Evidence for an access review: who had what by which rule since when, signed',
  description:
    'Everybody who was there at the moment, as /audit/access has them, with the rules and roles of then and a signed manifest. As it is now where no moment is named. The keys to check it with are at /.well-known/bifrost-evidence-keys.',
  query: Type.Object(momentQuery, { additionalProperties: false }),
  streams: {
    media: [TAR],
    description: 'See docs/evidence.md. Whole only with manifest.json and manifest.sig, which come last.',
  },
  refuses: { 409: 'There is no event yet, or the key that would sign is missing' },
  async handle(call) {
    const { ledger } = call.parts;
    const moment = (await readMoment(ledger, call.query, call.at)) ?? (await thisMoment(ledger, call.at));
    const log = await logThen(ledger, moment);
    const signer = await notedSigner(call.parts, changeBy(call));
    const name = `bifrost-evidence-${new Date(moment.at).toISOString().slice(0, 10)}.tar`;
    return streamedFile(call, {
      name,
      type: TAR,
      content: pack(call, { moment, log, signer }),
      stallMs: limits.exportStallMs,
    });
  },
});

async function logThen(ledger: Ledger, { position }: Moment): Promise<Manifest['log']> {
  const at = async (place: number) => (await ledger.events({ after: place - 1, limit: 1 }))[0];
  const [first, last] = [await at(1), await at(position)];
  if (!first || !last) throw new Refusal('conflict', 'Nothing has happened here yet: the log is empty.');
  return { position, hash: last.hash, firstHash: first.hash };
}

interface Shown {
  moment: Moment;
  log: Manifest['log'];
  signer: Signer;
}

/** Whoever asks is asked for again before each portion, and before it is signed. */
async function* pack(call: Call, { moment, log, signer }: Shown): AsyncGenerator<Buffer> {
  const { parts } = call;
  const writer = packWriter(moment.at);
  const then = thenAt(parts.ledger, moment);
  const told = {
    installation: parts.publicUrl(),
    at: rfc3339(moment.at),
    log,
    key: signer.kid,
  };
  yield* writer.file('README.txt', [Buffer.from(evidenceReadme(told))]);
  yield* writer.file('rules.json', [jsonFile(await rulesThen(parts, then))]);
  yield* writer.file('roles.json', [jsonFile(await rolesThen(parts, then))]);
  let tally = noTally;
  async function* allowed() {
    for await (const people of everybodyThen(then, parts.ledger)) {
      await stillMay({ ...call, needs });
      tally = people.map(tallyOf).reduce(added, tally);
      yield people;
    }
  }
  yield* partsOf(writer, peopleFiles, allowed());
  await stillMay({ ...call, needs });
  const { actor, name } = call.caller;
  const manifest = writeManifest({
    ...told,
    counts: countsOf(tally),
    made: {
      at: rfc3339(call.at),
      by: { kind: actor.kind, id: actor.id, name },
      request: call.requestId,
      version: parts.version,
    },
    files: writer.files,
  });
  yield* writer.end(manifest, signer.sign(manifest));
}

function countsOf(tally: Tally): Counts {
  const names = Object.keys(noCounts) as (keyof Counts)[];
  return Object.fromEntries(names.map((name) => [name, tally[name]])) as unknown as Counts;
}

/** For people as well. */
function jsonFile(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}

export const evidenceRoutes: readonly Route[] = [getEvidence];
