// A time as people say it, with the exact one on hover and for screen readers' asking.

import { Text, Tooltip } from '@mantine/core';

const MINUTE_S = 60;
const steps: readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number, below: number][] = [
  ['minute', MINUTE_S, 60 * MINUTE_S],
  ['hour', 3_600, 24 * 3_600],
  ['day', 86_400, 30 * 86_400],
  ['month', 30 * 86_400, 365 * 86_400],
  ['year', 365 * 86_400, Number.POSITIVE_INFINITY],
];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

/** `12 minutes ago`. */
export function ago(at: string, now: number = Date.now()): string {
  const seconds = (Date.parse(at) - now) / 1000;
  if (Math.abs(seconds) < 10) return 'just now';
  if (Math.abs(seconds) < MINUTE_S) return relative.format(Math.round(seconds), 'second');
  const [unit, size] = steps.find(([, , below]) => Math.abs(seconds) < below)!;
  return relative.format(Math.round(seconds / size), unit);
}

export function exactTime(at: string): string {
  return exact.format(new Date(at));
}

const minutes = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

/** `26 Nov 2026, 13:20 – 14:00`. */
export function spanText(from: string, to: string): string {
  return minutes.formatRange(new Date(from), new Date(to));
}

/** `never` stands where there is no time. */
export function When({ at, never = 'never' }: { at: string | null | undefined; never?: string }) {
  if (!at) {
    return (
      <Text span inherit c="dimmed">
        {never}
      </Text>
    );
  }
  return (
    <Tooltip label={exactTime(at)} events={{ hover: true, focus: true, touch: true }}>
      <time dateTime={at}>{ago(at)}</time>
    </Tooltip>
  );
}
