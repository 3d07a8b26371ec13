// What PostgreSQL and the way to it say when no connection comes about, as an operator needs it: what is wrong, where,
// and what to do. Never the password.

import { isAway, isRefused } from '../ledger/postgres/database-error.ts';
import { type Place, placeOf } from '../ledger/postgres/place.ts';
import { CliFailure, exit } from './failure.ts';

interface Said {
  readonly code: string;
  readonly syscall: string;
  /** PostgreSQL's own words, without a full stop. */
  readonly words: string;
}

type Words = readonly [message: string, advice: string];

const ENCODING = 'write : @ / % in a password as %3A %40 %2F %25';

/** null where it is not the database that failed. */
export function databaseFailure(error: unknown, databaseUrl: string): CliFailure | null {
  if (!URL.canParse(databaseUrl)) return null;
  const said = wordsFor(error, databaseUrl);
  return said && new CliFailure(exit.unavailable, ...said);
}

function wordsFor(error: unknown, databaseUrl: string): Words | null {
  let place: Place;
  try {
    place = placeOf(databaseUrl);
  } catch (broken) {
    return unreadable(broken as NodeJS.ErrnoException);
  }
  const {
    message = '',
    code = '',
    syscall = '',
    hostname,
  } = (error ?? {}) as Partial<NodeJS.ErrnoException> & {
    hostname?: string;
  };
  // The address to listen on may be unknown as well.
  if (hostname !== undefined && hostname !== place.host) return null;
  const said = { code, syscall, words: message.replace(/[.\s]*$/, '') };
  const found = cases.find(([is]) => is(said, error));
  return found ? found[1](place, said) : null;
}

function unreadable(error: NodeJS.ErrnoException): Words | null {
  if (error instanceof URIError) {
    return ['DATABASE_URL has a % that encodes nothing.', `Correct it: ${ENCODING}.`];
  }
  if (error.path === undefined) return null;
  return [
    `DATABASE_URL names the file ${error.path}, which cannot be read (${error.code}).`,
    'Correct sslrootcert, sslcert or sslkey in it.',
  ];
}

const at = ({ host, port }: Place) => (host.startsWith('/') ? `the socket in ${host}` : `${host}:${port}`);
const codes =
  (...wanted: string[]) =>
  ({ code }: Said) =>
    wanted.includes(code);

/** The first that fits counts. */
const cases: readonly (readonly [
  is: (said: Said, error: unknown) => boolean,
  words: (place: Place, said: Said) => Words,
])[] = [
  [
    ({ code, syscall }) => code === 'ECONNREFUSED' || (code === 'ENOENT' && syscall === 'connect'),
    (place) => [
      `PostgreSQL does not answer at ${at(place)} (connection refused).`,
      'Start it, or correct host and port in DATABASE_URL.',
    ],
  ],
  [
    codes('ENOTFOUND', 'EAI_AGAIN'),
    ({ host }) => [`No machine is called "${host}" (DATABASE_URL).`, 'Correct the host.'],
  ],
  [
    codes('3D000'),
    (place) => [
      `There is no database "${place.database}" on ${at(place)}.`,
      `Make it: CREATE DATABASE ${quoted(place.database)} OWNER ${quoted(place.user)}, then start again.`,
    ],
  ],
  [
    // Also 28000: no such role, where no password is asked for.
    ({ code, words }) => code === '28P01' || (code === '28000' && / does not exist$/.test(words)),
    (place) => [
      `PostgreSQL at ${at(place)} refused the user "${place.user}": wrong password, or no such role.`,
      `Correct DATABASE_URL; ${ENCODING}.`,
    ],
  ],
  [
    ({ words }) => words.startsWith('SASL:') || words.includes('client password must be a string'),
    (place) => [
      `PostgreSQL at ${at(place)} asks for a password of the user "${place.user}".`,
      `Write it into DATABASE_URL; ${ENCODING}.`,
    ],
  ],
  [
    ({ words }) => words === 'The server does not support SSL connections',
    (place) => [
      `PostgreSQL at ${at(place)} offers no TLS, and DATABASE_URL asks for it (sslmode=require).`,
      'Turn it on there (ssl = on), or leave sslmode away where the network is your own.',
    ],
  ],
  [
    ({ code }) => /CERT|SIGNATURE|ERR_TLS|ERR_SSL/.test(code),
    (place, { code }) => [
      `The certificate of PostgreSQL at ${at(place)} is not accepted (${code}).`,
      'Name the file of its authority: sslrootcert=/path/ca.pem in DATABASE_URL, with the host as the certificate names it.',
    ],
  ],
  [
    codes('42501'),
    (place, { words }) => [
      `The user "${place.user}" may not use the database "${place.database}" on ${at(place)}: ${words}.`,
      `Make it the owner: ALTER DATABASE ${quoted(place.database)} OWNER TO ${quoted(place.user)}.`,
    ],
  ],
  [
    codes('53300'),
    (place, { words }) => [
      `PostgreSQL at ${at(place)} has no connection left: ${words}.`,
      'Raise max_connections there (docs/postgresql.md), or stop what holds them.',
    ],
  ],
  [
    ({ words }) => words.includes('unsupported startup parameter'),
    (place, { words }) => [
      `The pooler at ${at(place)} does not take our settings: ${words}.`,
      'Connect to PostgreSQL itself, or see docs/postgresql.md for PgBouncer.',
    ],
  ],
  [
    (_, error) => isAway(error) || isRefused(error),
    (place, { code, words }) => [
      `PostgreSQL at ${at(place)} cannot be used for "${place.database}": ${words || code}.`,
      'Put that right there, or correct DATABASE_URL.',
    ],
  ],
];

/** As SQL takes it: plain where it can be. */
function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
