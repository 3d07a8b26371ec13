// Counts what stands in the files of a pack that say something of people, chunk by chunk, so that they are held against each other
// and against the manifest.

import { type Counts, noCounts } from './manifest.ts';

export interface Tally extends Counts {
  /** Lines of access in CSV, without headings; and how many there are to be by what JSON Lines say. */
  readonly csvLines: number;
  readonly csvLinesWanted: number;
  /** Lines of who had no role. */
  readonly withoutRoleLines: number;
  /** Lines of JSON that say nothing of anybody. */
  readonly unreadable: number;
}

export const noTally: Tally = {
  ...noCounts,
  csvLines: 0,
  csvLinesWanted: 0,
  withoutRoleLines: 0,
  unreadable: 0,
};

/** What of one person is counted, as access has it. */
export interface CountedPerson {
  readonly user: { readonly status: string };
  readonly role: Held | null;
  readonly teams: readonly Held[];
  readonly businessUnits: readonly Held[];
}

interface Held {
  readonly sources: readonly unknown[];
}

export function tallyOf({ user, role, teams, businessUnits }: CountedPerson): Tally {
  const held = [...(role ? [role] : []), ...teams, ...businessUnits];
  const reasons = held.reduce((sum, { sources }) => sum + sources.length, 0);
  return {
    ...noTally,
    people: 1,
    active: user.status === 'active' ? 1 : 0,
    suspended: user.status === 'suspended' ? 1 : 0,
    withoutRole: role ? 0 : 1,
    grants: held.length,
    reasons,
    csvLinesWanted: held.length === 0 ? 1 : reasons,
  };
}

export function added(one: Tally, other: Tally): Tally {
  const names = Object.keys(noTally) as (keyof Tally)[];
  return Object.fromEntries(names.map((name) => [name, one[name] + other[name]])) as unknown as Tally;
}

/** Of a file, as it comes. */
export interface FileTally {
  add(chunk: Buffer): void;
  end(): Tally;
}

export function tallyOfFile(name: string): FileTally {
  if (/^access-\d+\.jsonl$/.test(name)) return tallyOfJsonLines();
  if (/^access-\d+\.csv$/.test(name)) return tallyOfCsv('csvLines');
  if (/^people-without-role-\d+\.csv$/.test(name)) return tallyOfCsv('withoutRoleLines');
  return { add() {}, end: () => noTally };
}

const [NEWLINE, QUOTE] = [0x0a, 0x22];
/** A person with a thousand reasons is a fraction of this. */
const LINE_BYTES = 16 * 1024 * 1024;

function tallyOfJsonLines(): FileTally {
  let tally = noTally;
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  const read = () => {
    const person = readPerson(Buffer.concat(waiting));
    tally = added(tally, person ? tallyOf(person) : { ...noTally, unreadable: 1 });
    waiting = [];
    waitingBytes = 0;
  };
  const keep = (bytes: Buffer) => {
    // What is longer says nothing of anybody, and what it does say is not kept.
    if (waitingBytes <= LINE_BYTES) waiting.push(bytes);
    waitingBytes += bytes.length;
  };
  return {
    add(chunk) {
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
        keep(chunk.subarray(from, at));
        read();
        from = at + 1;
      }
      if (from < chunk.length) keep(chunk.subarray(from));
    },
    end() {
      if (waitingBytes > 0) read();
      return tally;
    },
  };
}

function readPerson(line: Buffer): CountedPerson | null {
  try {
    const person = JSON.parse(line.toString('utf8')) as CountedPerson;
    tallyOf(person);
    return person;
  } catch {
    // Whatever it is, it is no person.
    return null;
  }
}

/** Lines end outside of quotes (RFC 4180 2.6); the first is the heading. */
function tallyOfCsv(what: 'csvLines' | 'withoutRoleLines'): FileTally {
  let lines = 0;
  let isQuoted = false;
  return {
    add(chunk) {
      for (let at = 0; at < chunk.length; at++) {
        const byte = chunk[at];
        if (byte === QUOTE) isQuoted = !isQuoted;
        else if (byte === NEWLINE && !isQuoted) lines += 1;
      }
    },
    end: () => ({ ...noTally, [what]: Math.max(0, lines - 1) }),
  };
}
