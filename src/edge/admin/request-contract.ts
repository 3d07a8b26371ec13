// The shapes that the API answers with about the request log. Schemas, and the types made from them.

import { type Static, Type } from 'typebox';
import { count, eventShape, orNull, text, time } from './contract.ts';

export const requestShape = Type.Object({
  id: text(),
  at: time(),
  provider: orNull(text('Id of the provider; null when the credential named none.')),
  token: orNull(text('Id of the provisioning token.')),
  method: text(),
  path: text(),
  action: text('What it did, in plain words.'),
  status: Type.Integer(),
  durationMs: Type.Number({ minimum: 0 }),
  tags: Type.Array(text(), { description: 'Habits of the sender that were understood, and other remarks.' }),
  detail: orNull(text('What the refusal said.')),
  remote: orNull(text('Address it came from.')),
  resource: orNull(text('Id of the user or group it was about.')),
  effectCount: count('How many events it caused.'),
});
export type RequestJson = Static<typeof requestShape>;

/** Events of one request that are shown with it: a Bulk of 1,000 operations may have more, which the feed has. */
export const EFFECTS_SHOWN = 1_000;

export const wholeRequestShape = Type.Object({
  ...requestShape.properties,
  body: orNull(text('As it came, with secrets masked.')),
  obstacle: orNull(text('Why it cannot be replayed; null where it can.')),
  effects: Type.Array(eventShape, { description: `The events it caused; the first ${EFFECTS_SHOWN}.` }),
});

export type WholeRequestJson = Static<typeof wholeRequestShape>;

export const tagShape = Type.Object({
  tag: text(),
  title: text('In a few words.'),
  meaning: text('What was sent, and how it was taken.'),
  isFamily: Type.Boolean({ description: 'Its tags end in a colon and a name.' }),
});
export type RequestTagJson = Static<typeof tagShape>;

export const rejectedShape = Type.Object({
  words: text('Such as: Wrong token, ending in 4f2a.'),
  lastFour: orNull(text('The last four characters of the token that was sent.')),
  remote: orNull(text('Address it came from.')),
  why: orNull(text('What the refusal said, and what to do.')),
  times: count('How often.'),
  firstAt: time(),
  lastAt: time(),
  lastRequest: text('Id of the newest of them.'),
});
export type RejectedCredentialJson = Static<typeof rejectedShape>;
