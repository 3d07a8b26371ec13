// How a suite gets a ledger of its own: each engine says how to open one on empty storage, to close and open it again
// on the same storage, and to do away with both.

import { afterEach, beforeEach } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { accessOf, type Done, type Scribe, scribe, seed } from './scribe.ts';

export interface Opened {
  ledger: Ledger;
  /** Closes it and opens another on the same storage. */
  reopen(): Promise<Ledger>;
  /** Every row of every table as text, a line each, read behind the ledger's back. */
  stored(): Promise<string>;
  destroy(): Promise<void>;
}

export type Open = () => Promise<Opened>;

export interface Desk {
  ledger: Ledger;
  write: Scribe;
  reopen(): Promise<void>;
  person(name: string, more?: Record<string, unknown>): Promise<Done>;
  /** Ids of so many new users. */
  people(count: number): Promise<string[]>;
  teamsOf(id: string): Promise<string[] | undefined>;
  /** What `verify` finds. */
  problems(): Promise<string[]>;
  stored(): Promise<string>;
}

/** A ledger on storage of its own for every test, with the provider and the rules of `seed`. */
export function eachWithLedger(open: Open): Desk {
  let opened: Opened;
  const desk = {
    reopen: async () => take(await opened.reopen()),
    person: (name, more = {}) =>
      desk.write.createUser({ userName: `${name}@kitehaus.example`, displayName: name, ...more }),
    people: async (count) => {
      const made = await Promise.all(Array.from({ length: count }, (_, i) => desk.person(`person${i}`)));
      return made.map((each) => each.id);
    },
    teamsOf: async (id) => (await accessOf(desk.ledger, id))?.teams,
    problems: async () => (await desk.ledger.verify()).problems,
    stored: () => opened.stored(),
  } as Desk;
  function take(ledger: Ledger): void {
    desk.ledger = ledger;
    desk.write = scribe(ledger);
  }
  beforeEach(async () => {
    opened = await open();
    take(opened.ledger);
    await seed(desk.ledger);
  });
  afterEach(() => opened.destroy());
  return desk;
}
