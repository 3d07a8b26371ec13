// How long things live. `--speed` divides all of it: the moments stay real, so that tokens agree with the clock of
// whoever reads them, and only what has to be waited for comes sooner.

export interface Lifetimes {
  readonly codeMs: number;
  readonly idTokenMs: number;
  /** Entra picks one at random between these two. */
  readonly accessTokenMs: readonly [least: number, most: number];
  readonly refreshTokenMs: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

export function lifetimesAt(speed: number): Lifetimes {
  return {
    codeMs: (10 * MINUTE_MS) / speed,
    idTokenMs: (60 * MINUTE_MS) / speed,
    accessTokenMs: [(60 * MINUTE_MS) / speed, (90 * MINUTE_MS) / speed],
    refreshTokenMs: (90 * DAY_MS) / speed,
  };
}
