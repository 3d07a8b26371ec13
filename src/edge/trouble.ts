// What is wrong with the storage though it answers: in the words that readiness and the notices say it in.

import type { Ledger } from '../ledger/ledger.ts';

/** A connection that breaks is made again within a second; behind a failover within some. */
const DEAF_MS = 10_000;

export interface Said {
  readonly words: string;
  readonly advice: string;
}

/** Whoever writes is refused with 503; reading goes on, and nothing that was answered is lost. */
export function fullWords({ trouble, engine }: Pick<Ledger, 'trouble' | 'engine'>): Said | null {
  if (trouble().diskFullForMs === null) return null;
  const where = engine === 'sqlite' ? 'of the data folder' : 'of the database server';
  return {
    words: `The disk ${where} is full: nothing can be written, so nobody can be suspended either.`,
    advice: 'Make room on it. It is tried again whenever somebody asks /readyz, and goes on by itself.',
  };
}

/** Every answer is right all the same: it is read from the database, and nothing of it is kept here. */
export function deafWords({ trouble }: Pick<Ledger, 'trouble'>): Said | null {
  const { deafForMs } = trouble();
  if (deafForMs === null || deafForMs < DEAF_MS) return null;
  return {
    words: `This replica has not heard of the others for ${Math.floor(deafForMs / 1000)} seconds: streams, pages and settings follow by looking, every two seconds.`,
    advice:
      'Its connection for LISTEN cannot be made: look at the connection limit of the role and the database, and at a pooler in between, which must not be one by transaction.',
  };
}
