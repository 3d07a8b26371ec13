// How a suite gets a ledger of its own: each engine says how to open one on empty storage, to close and open it again
// on the same storage, and to do away with both.

import { afterEach, beforeEach } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { type Scribe, scribe, seed } from './scribe.ts';

export interface Opened {
  ledger: Ledger;
  /** Closes it and opens another on the same storage. */
  reopen(): Promise<Ledger>;
  destroy(): Promise<void>;
}

export type Open = () => Promise<Opened>;

export interface Desk {
  ledger: Ledger;
  write: Scribe;
  reopen(): Promise<void>;
}

/** A ledger on storage of its own for every test, with the provider and the rules of `seed`. */
export function eachWithLedger(open: Open): Desk {
  let opened: Opened;
  const desk = {} as Desk;
  const take = (ledger: Ledger) => {
    desk.ledger = ledger;
    desk.write = scribe(ledger);
  };
  desk.reopen = async () => take(await opened.reopen());
  beforeEach(async () => {
    opened = await open();
    take(opened.ledger);
    await seed(desk.ledger);
  });
  afterEach(() => opened.destroy());
  return desk;
}
