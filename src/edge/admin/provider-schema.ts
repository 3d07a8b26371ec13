// What the OpenAPI document says of a provider as it is written. The check itself is the configuration's reader.

import { configSchema } from '../../config-schema.ts';
import { isObject } from '../../scim/json.ts';
import { confirmation, peopleChoice } from './removal-plan.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

/** Annotations of the configuration's reader, which other readers would not know. */
const ours: readonly string[] = ['patternErrorMessage', 'uniqueBy', 'credential'];

/** A plain copy, in which keys with a default are not required: the reader puts the default in. */
function published(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(published);
  if (!isObject(schema)) return schema;
  const copy: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (!key.startsWith('~') && !ours.includes(key)) copy[key] = published(value);
  }
  if (Array.isArray(copy.required)) copy.required = copy.required.filter((key) => !hasDefault(copy, key));
  return copy;
}

function hasDefault(schema: Record<string, unknown>, key: unknown): boolean {
  const { properties } = schema;
  const property = isObject(properties) ? properties[String(key)] : undefined;
  return isObject(property) && 'default' in property;
}

const kinds = published(configSchema.properties.providers.items.anyOf) as JsonSchema[];

export const providerBlockSchema: JsonSchema = { anyOf: kinds };

/** Keys that have an address of their own, or never change. */
const notEdited: readonly string[] = [
  'kind',
  'roleResolutionStrategy',
  'attributeRoleMappings',
  'attributeTeamMappings',
  'attributeBusinessUnitMappings',
  'claimScimAttributes',
];

/** Switching SCIM off also says what becomes of those whom it brought (scim-end.ts). */
function withPeople(schema: unknown): JsonSchema {
  const { properties, ...others } = schema as { properties: JsonSchema };
  return { ...others, properties: { ...properties, people: peopleChoice, confirm: confirmation } };
}

/** An edit names any of the keys; null takes one back to its default. */
export const providerEditSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: Object.fromEntries(
    kinds.flatMap(({ properties }) =>
      Object.entries(properties as Record<string, unknown>)
        .filter(([key]) => !notEdited.includes(key))
        .map(([key, schema]) => [
          key,
          { anyOf: [key === 'scim' ? withPeople(schema) : schema, { type: 'null' }] },
        ]),
    ),
  ),
};
