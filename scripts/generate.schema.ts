// The published JSON Schema of the declarative configuration, made from src/config-schema.ts. Draft 7, because that
// is what editors know. Adds what the code does before it checks: `env.NAME` for any text, defaults for what is left out.

import { configSchema, sharedProviderKeys } from '../src/config-schema.ts';

/** The keywords that this file changes, of a schema that may have others. */
interface Schema {
  readonly properties?: Schemas;
  readonly patternProperties?: Schemas;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly required?: readonly string[];
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly description?: string;
  readonly default?: unknown;
  readonly writeOnly?: boolean;
}
type Schemas = Readonly<Record<string, Schema>>;
/** The schemas that stand under `definitions`, by what they are called there. */
type Shared = ReadonlyMap<Schema, string>;

/** Annotations of our own reader, which other readers would not know. */
const OURS = ['patternErrorMessage', 'uniqueBy', 'credential'];
const ENV_LENGTH = 'env.A'.length;

export function publishedConfigSchema(): string {
  const shared: Shared = new Map(Object.entries(sharedProviderKeys).map(([key, schema]) => [schema, key]));
  const env = {
    type: 'string',
    pattern: '^env\\.[A-Za-z_][A-Za-z0-9_]*$',
    description: 'The value of an environment variable.',
  };
  const own = [...shared].map(([schema, key]) => [key, published(schema, new Map())]);
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...published(configSchema, shared),
    definitions: { env, ...Object.fromEntries(own) },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function published(schema: Schema, shared: Shared): Schema {
  const { properties, patternProperties, items, anyOf, required, ...rest } = schema;
  const plain = Object.entries(rest).filter(
    ([keyword]) => !keyword.startsWith('~') && !OURS.includes(keyword),
  );
  const needed = required?.filter((key) => properties?.[key]?.default === undefined) ?? [];
  return orReference({
    ...Object.fromEntries(plain),
    ...(needed.length > 0 && { required: needed }),
    ...(properties && { properties: members(properties, shared) }),
    ...(patternProperties && { patternProperties: members(patternProperties, shared) }),
    ...(items && { items: published(items, shared) }),
    ...(anyOf && { anyOf: anyOf.map((each) => published(each, shared)) }),
  });
}

function members(properties: Schemas, shared: Shared): Schemas {
  return Object.fromEntries(
    Object.entries(properties).map(([key, schema]) => {
      const definition = shared.get(schema);
      return [key, definition ? { $ref: `#/definitions/${definition}` } : published(schema, shared)];
    }),
  );
}

/** Where the schema takes only some texts, and `env.NAME` would be none of them, that is another possibility. */
function orReference(schema: Schema): Schema {
  const { description, default: byDefault, writeOnly, ...own } = schema;
  const isNarrow = own.pattern !== undefined || (own.minLength ?? 0) > ENV_LENGTH;
  if (own.enum === undefined && own.const === undefined && !isNarrow) return schema;
  return {
    ...(description !== undefined && { description }),
    ...(byDefault !== undefined && { default: byDefault }),
    ...(writeOnly !== undefined && { writeOnly }),
    anyOf: [own, { $ref: '#/definitions/env' }],
  };
}
