// How the shape of an event is written down: event-shapes.ts and event-shapes-system.ts are made of this.

import { type TObject, type TProperties, Type } from 'typebox';
import type { SubjectKind } from '../../identity/event.ts';

export interface EventShape {
  readonly subject: readonly SubjectKind[];
  /** Absent: such an event has none. */
  readonly object?: readonly SubjectKind[];
  /** null: such an event says nothing beside. */
  readonly data: TObject | null;
}

/** What is not named there is not in it. */
export function exactly<Properties extends TProperties>(properties: Properties) {
  return Type.Object(properties, { additionalProperties: false });
}

export const maybe = Type.Optional;
