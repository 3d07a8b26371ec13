// Passwords of break-glass administrators: what is one, hashing it (argon2id), and how long the door stays shut after wrong
// ones. A hash costs memory and time on purpose, so few are made at once.

import { hash, verify } from '@node-rs/argon2';
import { fold } from '../../fold.ts';
import { Refusal } from '../../refusal.ts';

/** NIST SP 800-63B-4 3.1.1.2 asks for 15 where a password stands alone; what is longer than 256 is no password. */
const LEAST = 15;
const MOST = 256;

/** OWASP's floor for argon2id is 19 MiB, 2 passes; one sign-in a day affords more. */
const cost = { memoryCost: 65_536, timeCost: 3, parallelism: 1 };

const AT_ONCE = 2;
const WAITING = 20;

/** Why it is none; null where it is one. */
export function passwordProblem(password: string, name: string): string | null {
  const length = [...password].length;
  if (length < LEAST) return `The password has ${length} characters; it needs at least ${LEAST}.`;
  if (length > MOST) return `The password has ${length} characters; at most ${MOST} are taken.`;
  if (new Set(password).size < 5) return 'The password repeats the same few characters.';
  if (name.length > 3 && fold(password).includes(fold(name))) return 'The password contains the name.';
  return null;
}

export interface Passwords {
  hash(password: string): Promise<string>;
  /** `stored` null: nobody has that name; it takes as long as if somebody had. */
  isRight(stored: string | null, password: string): Promise<boolean>;
}

export function passwords(): Passwords {
  const inTurn = turns(AT_ONCE, WAITING);
  let decoy: Promise<string> | null = null;
  const hashOne = (password: string) => inTurn(() => hash(password, cost));
  return {
    hash: hashOne,
    async isRight(stored, password) {
      decoy ??= hash('nobody has this password', cost);
      const against = stored ?? (await decoy);
      const isRight = await inTurn(() => verify(against, password.slice(0, MOST * 2)));
      return isRight && stored !== null;
    },
  };
}

const FREE_TRIES = 4;
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 60_000;

/**
 * How long nobody is let in, after so many wrong passwords in a row: 5 s, 10 s, 20 s, ... a minute. No longer, because whoever
 * knows the name can bring it about, in the very emergency that the account is for; 15 characters behind argon2id are not
 * guessed at one a minute.
 */
export function lockFor(failures: number): number {
  if (failures <= FREE_TRIES) return 0;
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - FREE_TRIES - 1));
}

/** So many at once; who comes when as many as may wait are waiting is sent away. */
function turns(atOnce: number, mostWaiting: number) {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async <Value>(work: () => Promise<Value>): Promise<Value> => {
    if (running >= atOnce) {
      if (waiting.length >= mostWaiting) {
        const detail =
          'Too many people are signing in with a password at this moment. Try again in a moment.';
        throw new Refusal('throttled', detail, { retryAfterSeconds: 5 });
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running++;
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
