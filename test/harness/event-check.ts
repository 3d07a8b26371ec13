// Every event that a server of the tests wrote is what docs/events.md says of its type.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { eventSchema, eventShapes } from '../../src/edge/admin/event-shapes.ts';
import type { EventType } from '../../src/identity/event.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { type ShownEvent, showEvent } from '../../src/outbox/shown-event.ts';

const EVENTS_AT_ONCE = 1_000;
/** A suite that makes more has made them alike. */
const EVENTS_MOST = 20_000;
/** Where one of each type is left, for scripts/event-examples.json. */
const EXAMPLES = process.env.BIFROST_EVENT_EXAMPLES;

const ajv = new Ajv2020({ strict: false, validateFormats: false });
const compiled = new Map<string, ValidateFunction>();

/** Why the event is not what its type says; null when it is. */
export function oddityOf(event: ShownEvent): string | null {
  if (!Object.hasOwn(eventShapes, event.type)) return `there is no type ${event.type}`;
  const validate = compiled.get(event.type) ?? ajv.compile(eventSchema(event.type as EventType));
  compiled.set(event.type, validate);
  return validate(event) ? null : `${JSON.stringify(event)}\n${ajv.errorsText(validate.errors)}`;
}

export async function checkEvents(ledger: Pick<Ledger, 'events'>): Promise<void> {
  const odd = new Map<string, string>();
  for (let after = 0; after < EVENTS_MOST; ) {
    const events = await ledger.events({ after, limit: EVENTS_AT_ONCE });
    for (const event of events.map(showEvent)) {
      const oddity = oddityOf(event);
      if (oddity !== null) odd.set(event.type, oddity);
      else if (EXAMPLES) leaveExample(EXAMPLES, event);
    }
    if (events.length < EVENTS_AT_ONCE) break;
    after = events.at(-1)!.position;
  }
  if (odd.size > 0)
    throw new Error(`events are not what docs/events.md says: ${[...odd.values()].join('\n')}`);
}

function leaveExample(folder: string, event: ShownEvent): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${event.type}.json`), JSON.stringify(event));
}
