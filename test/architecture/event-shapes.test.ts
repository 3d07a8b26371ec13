// docs/events.md: every type of event has its shape and one from a real run, and the shapes say no to what is otherwise. That the
// events of all suites are so is checked where their servers stop (test/harness/event-check.ts).

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { eventWords } from '../../src/edge/admin/event-pages.ts';
import { eventShapes } from '../../src/edge/admin/event-shapes.ts';
import { openApi } from '../../src/edge/admin/openapi.ts';
import type { EventType } from '../../src/identity/event.ts';
import type { ShownEvent } from '../../src/outbox/shown-event.ts';
import { oddityOf } from '../harness/event-check.ts';

const examples = JSON.parse(
  readFileSync(new URL('../../scripts/event-examples.json', import.meta.url), 'utf8'),
) as Record<EventType, ShownEvent>;
const types = Object.keys(eventWords) as EventType[];

describe('every type of event', () => {
  it('has words, a shape, an example and a webhook in the OpenAPI document', () => {
    const known = [...types].sort();
    const { webhooks } = openApi('test') as { webhooks: object };
    for (const each of [eventShapes, examples, webhooks]) expect(Object.keys(each).sort()).toEqual(known);
  });

  it.each(types)('%s: its example fits, and nothing beside or otherwise', (type) => {
    const example = examples[type];
    expect(oddityOf(example)).toBe(null);
    expect(oddityOf({ ...example, data: { ...example.data, surplus: 1 } })).not.toBe(null);
    expect(oddityOf({ ...example, subject: { ...example.subject, kind: 'run' as never } })).not.toBe(null);
    expect(oddityOf({ ...example, type: 'user.exploded' as never })).toContain('there is no type');
    const other = types.find((each) => each !== type)!;
    expect(oddityOf({ ...examples[other], type, object: { kind: 'none' as never, id: '' } })).not.toBe(null);
  });
});
