// The shapes that the admin API answers with about itself: how it is, its key, and whether what it holds is right.

import { type Static, Type } from 'typebox';
import { choice, count, orNull, text } from './shape.ts';

export const statusShape = Type.Object({
  version: text(),
  engine: choice(['sqlite', 'postgres']),
  development: Type.Boolean({ description: 'BIFROST_DEVELOPMENT=1: for trying out.' }),
  breakGlass: count('Administrators with a password, whom no provider can lock out.'),
  counts: orNull(
    Type.Object(
      {
        users: count('Without removed ones.'),
        groups: count(),
        memberships: count(),
        holdings: count(),
        events: count(),
      },
      { description: 'null where it was not asked for.' },
    ),
  ),
  lastPosition: count('Place of the newest event.'),
  sweep: Type.Object({
    running: Type.Boolean({ description: 'People are being resolved anew after a change of rules.' }),
    staleUsers: count('How many are still to come.'),
  }),
});
export type StatusJson = Static<typeof statusShape>;

export const rotationShape = Type.Object({
  source: choice(['environment', 'file'], 'Where the keys are kept.'),
  key: text('Id of the key that all secrets are sealed with now.'),
  formerKey: orNull(text('Id of the key before it, when the rotation began.')),
  secrets: count('How many secrets are stored.'),
  resealed: count('How many were sealed anew, refresh tokens of sessions included.'),
});
export type RotationJson = Static<typeof rotationShape>;

export const verificationShape = Type.Object({
  ok: Type.Boolean(),
  users: count(),
  groups: count(),
  events: count(),
  problems: Type.Array(text(), { description: 'At most 100 of them.' }),
  problemCount: count(),
});
export type VerificationJson = Static<typeof verificationShape>;
