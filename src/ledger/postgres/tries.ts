// Transactions that waited for each other: one is undone, and done again.

import { Refusal } from '../../refusal.ts';
import { isConflict } from './database-error.ts';

const TRIES = 3;

/** `busy`: what is said to whoever was undone each time. */
export async function unlessBusy<Answer>(work: () => Promise<Answer>, busy: string): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!isConflict(error)) throw error;
      if (tries < TRIES) continue;
      const refusal = new Refusal('unavailable', busy);
      refusal.cause = error;
      throw refusal;
    }
  }
}
