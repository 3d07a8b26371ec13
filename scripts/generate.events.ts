// docs/events.md: every type of event with what it means, whom it is about, what stands in its data, and one from a real run.
// From the same tables that the API and its OpenAPI document are made of, and from scripts/event-examples.json.

import { readFileSync } from 'node:fs';
import { eventWords } from '../src/edge/admin/event-pages.ts';
import type { EventShape } from '../src/edge/admin/event-shape.ts';
import { eventShapes } from '../src/edge/admin/event-shapes.ts';
import type { EventType } from '../src/identity/event.ts';

interface Schema {
  type?: string | string[];
  enum?: unknown[];
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: unknown;
  description?: string;
}

const examples = JSON.parse(
  readFileSync(new URL('../scripts/event-examples.json', import.meta.url), 'utf8'),
) as Record<string, unknown>;
const types = Object.keys(eventWords) as EventType[];

export function eventsPage(): string {
  return `${intro}
## All types

${types.map((type) => `- [\`${type}\`](#${anchor(type)}) ${eventWords[type]}`).join('\n')}

${types.map(section).join('\n')}`;
}

/** As GitHub makes it of a heading. */
function anchor(type: string): string {
  return type.replaceAll('.', '');
}

function section(type: EventType): string {
  const shape: EventShape = eventShapes[type];
  const about = [
    `Subject: ${shape.subject.map(code).join(', ')}.`,
    ...(shape.object ? [`Object: ${shape.object.map(code).join(', ')}.`] : []),
    ...(shape.data ? [] : ['No data.']),
  ];
  const rows = shape.data ? rowsOf(shape.data as Schema, '') : [];
  const table = rows.length > 0 ? `\n| in \`data\` | is | |\n| --- | --- | --- |\n${rows.join('')}` : '';
  return `## ${type}

${eventWords[type]} ${about.join(' ')}
${table}
\`\`\`json
${JSON.stringify(examples[type])}
\`\`\`
`;
}

const code = (word: string) => `\`${word}\``;

function rowsOf({ properties = {}, required = [] }: Schema, within: string): string[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const may = required.includes(name) ? '' : ' (not always)';
    const row = `| \`${within}${name}\`${may} | ${isWhat(schema)} | ${schema.description ?? ''} |\n`;
    return [row, ...inner(schema, `${within}${name}`)];
  });
}

function inner(schema: Schema, name: string): string[] {
  if (schema.anyOf) return schema.anyOf.flatMap((each) => rowsOf(each, `${name}.`));
  if (schema.items) return rowsOf(schema.items, `${name}[].`);
  return rowsOf(schema, `${name}.`);
}

function isWhat({ type, enum: words, anyOf, items }: Schema): string {
  if (words) return words.map((word) => code(JSON.stringify(word))).join(', ');
  if (anyOf) return 'one of these objects';
  if (items) return `list of ${items.properties ? 'objects' : isWhat(items)}`;
  return [type ?? 'any JSON'].flat().join(' or ');
}

const intro = `# Events

Made by \`npm run generate\` from the shapes in \`src/edge/admin/event-shapes.ts\`; every event that the tests cause is checked
against them.

Everything that changes is an event: written with the change, in one order, never rewritten. The feed, the audit list, a
person's timeline, webhooks and exports show the same events.

\`\`\`json
{ "position": 1042, "id": "evt_1042", "at": "2026-11-26T04:00:00.000Z", "type": "user.suspended", "provider": "entra",
  "actor": { "kind": "token", "id": "..." }, "subject": { "kind": "user", "id": "..." }, "object": null,
  "data": { "reason": "scim" }, "cause": { "kind": "request", "id": "..." }, "hash": "..." }
\`\`\`

- \`position\`: the place in the one order, from 1, without gaps. \`hash\` covers the event and the one before it
  (\`bifrost verify\`).
- \`actor\`: who did it: \`token\` (SCIM), \`key\` (an API key), \`user\`, \`admin\` (break-glass) or \`system\`. \`cause\`: the request,
  run, batch or job whose effects they are; events of one cause belong together.
- \`data\` is null where a type says nothing beside, and of people who were purged: what was said of them is gone, that
  something happened stays.
- A new version may bring new types and new names in \`data\`. Ignore what you do not know.

## Following them

| how | for |
| --- | --- |
| \`GET /api/events?after=1042&limit=500\` | page by page; \`nextCursor\` is the next \`after\` |
| the same with \`wait=30\` | answered as soon as there is something |
| the same with \`Accept: text/event-stream\` | server-sent events: each as it comes, \`id\` is the position, \`Last-Event-ID\` goes on |
| [webhooks](webhooks.md) | being told; in order for each person |
| \`bifrost tail --type user.suspended\` | looking |

All take \`type=user.suspended,user.removed\`, \`provider\`, \`subject\`, \`object\`, \`actor\`, \`cause\`, \`from\` and \`to\`, and need
the permission \`events:read\`. Whoever keeps the last position together with what they made of the events (one transaction,
one file) has each exactly once, whatever is killed: nothing is ever put in before a place that was read, on any replica.
[examples/feed-consumer.mjs](../examples/feed-consumer.mjs) is such a consumer.

A stream ends with \`event: ended\` and why: \`{"reason":"unauthenticated","detail":"..."}\` when the key or session is over,
\`forbidden\` without the permission, \`stopping\` with the server, \`unavailable\` when the storage is away. Come back with
\`Last-Event-ID\` in all of them but the first two. A block with an \`id\` alone says that your filters want nothing up to there; a
comment every 15 seconds, that the stream lives. There are at most 100 on one server, 20 of one caller; whoever takes nothing
for a minute is cut.
`;
