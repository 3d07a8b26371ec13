// Points in time, as people read them in a terminal.

/** `2026-11-23 22:15:04Z`: UTC, as logs of servers are. A dash for never. */
export function when(time: string | null): string {
  return time === null ? '-' : `${time.slice(0, 10)} ${time.slice(11, 19)}Z`;
}

export function timeOfDay(time: string): string {
  return `${time.slice(11, 19)}Z`;
}
