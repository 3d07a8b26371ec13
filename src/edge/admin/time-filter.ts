// Times in queries: RFC 3339, or a day, as people and scripts write them.

import { Type } from 'typebox';
import { Refusal } from '../../refusal.ts';
import { shorten } from '../../scim/json.ts';

const rfc3339 = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

const timeFilter = (description: string) =>
  Type.Optional(Type.String({ minLength: 10, maxLength: 40, description }));

/** For lists of what happened. */
export const period = {
  from: timeFilter('Not before this time, such as 2026-03-01T08:00:00Z; a bare day begins at midnight UTC.'),
  to: timeFilter('Before this time.'),
};

/** @throws Refusal `invalidValue` that names the parameter */
export function readTime(name: string, text: string): number {
  const at = rfc3339.test(text) && isDay(text.slice(0, 10)) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  const detail = `${name} is ${shorten(text)}, which is no time: write it as 2026-03-01T08:00:00Z.`;
  throw new Refusal('invalidValue', detail, { problems: [{ path: name, problem: 'is no time' }] });
}

/** `Date.parse` takes 30 February for 2 March: an auditor would be told of another day than they asked for. */
function isDay(text: string): boolean {
  const at = Date.parse(text);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}
