// The simulator's time. It follows a source, and a test can move it or hold it: nothing here reads the machine's clock
// except the default of that source.

export interface SimulatorClock {
  /** Milliseconds since 1970. */
  now(): number;
  advance(ms: number): void;
  /** Holds the time at a moment; null lets it follow the source again. */
  set(ms: number | null): void;
}

export function simulatorClock(source: () => number = Date.now): SimulatorClock {
  let aheadMs = 0;
  let heldAt: number | null = null;
  return {
    now: () => heldAt ?? source() + aheadMs,
    advance(ms) {
      if (heldAt === null) aheadMs += ms;
      else heldAt += ms;
    },
    set(ms) {
      heldAt = ms;
      aheadMs = 0;
    },
  };
}
