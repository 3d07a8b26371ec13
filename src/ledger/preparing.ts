// What a start says while it makes the data of an older version its own: first that it takes its time, then how far it is.
// Nothing is served before; what is done in portions is not done again after a kill.

export type Say = (line: string) => void;

/** Shorter work is not worth a line. */
const SAID_FROM = 20_000;
const SAID_EVERY_MS = 10_000;

/** `what` is being prepared, `all` of them; called with how many are done. */
export function progressOf(say: Say, what: string, all: number): (done: number) => void {
  if (all < SAID_FROM) return () => {};
  const count = (n: number) => Math.min(n, all).toLocaleString('en');
  say(
    `Preparing ${what} of an older version: ${count(all)}. Nothing is served before. If cut off, it goes on from there.`,
  );
  let saidAt = performance.now();
  return (done) => {
    const now = performance.now();
    if (now - saidAt < SAID_EVERY_MS && done < all) return;
    saidAt = now;
    say(`Preparing ${what}: ${count(done)} of ${count(all)}`);
  };
}

export function sayStep(say: Say, step: number, steps: number): void {
  say(
    `The data is of an older version: step ${step} of ${steps}. With many people that takes minutes. If cut off, the step begins again.`,
  );
}
