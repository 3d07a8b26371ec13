// When something was last used: noted at most once a minute for each, written together a moment later. Nobody waits for
// it, and nobody is refused when it fails; a crash loses that moment.

import { inPortions } from '../statement.ts';

const EVERY_MS = 60_000;
const GATHER_MS = 500;
const WRITTEN_AT_ONCE = 200;

interface Note {
  readonly key: string;
  readonly at: number;
}

export interface Notes<Each extends Note> {
  add(note: Each): void;
  /** Resolves when what was noted until now is written, or has failed. */
  flush(): Promise<void>;
}

export function notes<Each extends Note>(write: (some: readonly Each[]) => Promise<unknown>): Notes<Each> {
  let waiting: Each[] = [];
  /** In the order of their times. */
  const noted = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  async function writeAll(): Promise<void> {
    const all = waiting;
    waiting = [];
    try {
      for (const some of inPortions(all, WRITTEN_AT_ONCE)) await write(some);
    } catch {
      // Noted with the next use.
      for (const { key } of all) noted.delete(key);
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length > 0) writing = writing.then(writeAll);
    return writing;
  }

  function forgetOld(at: number): void {
    for (const [key, before] of noted) {
      if (at - before < EVERY_MS) return;
      noted.delete(key);
    }
  }

  return {
    add(note) {
      const before = noted.get(note.key);
      if (before !== undefined && note.at - before < EVERY_MS) return;
      forgetOld(note.at);
      noted.delete(note.key);
      noted.set(note.key, note.at);
      waiting.push(note);
      timer ??= setTimeout(() => void flush(), GATHER_MS).unref();
    },
    flush,
  };
}
