// What a resource is made of: the schema data as /Schemas shows it, and the same compiled into look-up tables that
// answer "which attribute is called that?" with one Map hit. The data of RFC 7643 is in schemas/; reading values
// is value.ts's work.

import { KEY_CHARACTERS, TEXT_CHARACTERS } from './limits.ts';
import { groupUrn } from './messages.ts';
import { enterpriseUserSchema } from './schemas/enterprise-user.ts';
import { groupSchema } from './schemas/group.ts';
import { userSchema } from './schemas/user.ts';

export type AttributeType =
  | 'string'
  | 'boolean'
  | 'integer'
  | 'decimal'
  | 'dateTime'
  | 'binary'
  | 'reference'
  | 'complex';

/** An attribute definition (RFC 7643 7), in the words of the wire. */
export interface Attribute {
  readonly name: string;
  readonly type: AttributeType;
  readonly multiValued: boolean;
  readonly description: string;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: 'readOnly' | 'readWrite' | 'immutable' | 'writeOnly';
  readonly returned: 'always' | 'never' | 'default' | 'request';
  readonly uniqueness: 'none' | 'server' | 'global';
  /** Suggestions only: other values are taken as they come (RFC 7643 2.4; M16). */
  readonly canonicalValues?: readonly string[];
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly Attribute[];
}

export interface Schema {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly Attribute[];
}

/** An attribute with everything that reading it needs worked out beforehand. */
export interface Field {
  readonly attribute: Attribute;
  readonly name: string;
  readonly type: AttributeType;
  readonly multiValued: boolean;
  /** The extension that it belongs to; null for core and common attributes. */
  readonly urn: string | null;
  /** How refusals name it: `name.familyName`, `urn:...:User:manager.value`. */
  readonly path: string;
  /** Its place in the order of its schema. */
  readonly position: number;
  /** Neither read from a body nor kept in a document: read-only, write-only or never returned. */
  readonly dropped: boolean;
  /** Longest text that it takes. */
  readonly characters: number;
  readonly subs: FieldTable | null;
}

export interface FieldTable {
  /** In schema order. */
  readonly list: readonly Field[];
  /** By exact and by lower-case name; ask through `fieldIn`. */
  readonly byName: ReadonlyMap<string, Field>;
  readonly required: readonly Field[];
}

export interface Extension {
  readonly schema: Schema;
  readonly urn: string;
  readonly required: boolean;
  readonly fields: FieldTable;
}

export interface ResourceKind {
  readonly name: string;
  /** Relative, as in ResourceType (RFC 7643 6): `/Users`. */
  readonly endpoint: string;
  readonly core: Schema;
  readonly extensions: readonly Extension[];
  /** `schemas`, `id`, `externalId`, `meta` and the core attributes. */
  readonly fields: FieldTable;
  /** Extensions by lower-case URN. */
  readonly extensionByUrn: ReadonlyMap<string, Extension>;
  /** Extension attributes by bare lower-case name, where no core attribute has it (Q14, Q20). */
  readonly flat: ReadonlyMap<string, Field>;
  /** The attribute that holds members and never sits in a document; null where there is none. */
  readonly membership: Field | null;
  /** Whether some attribute needs a look at what was there before (RFC 7643 7, `immutable`). */
  readonly hasImmutable: boolean;
  /** Whether a whole resource may hold something that is shown on request only, or never. */
  readonly hasHidden: boolean;
}

/** The attribute of that name, in any letter case (RFC 7643 2.1). */
export function fieldIn(table: FieldTable, name: string): Field | undefined {
  return table.byName.get(name) ?? table.byName.get(name.toLowerCase());
}

/** The extension of that URN, in any letter case. */
export function extensionOf(kind: ResourceKind, urn: string): Extension | undefined {
  return kind.extensionByUrn.get(urn) ?? kind.extensionByUrn.get(urn.toLowerCase());
}

const common = {
  multiValued: false,
  required: false,
  mutability: 'readOnly',
  returned: 'default',
  uniqueness: 'none',
} as const;

function metaPart(name: string, type: AttributeType, description: string): Attribute {
  return { ...common, name, type, description, caseExact: true };
}

/** RFC 7643 3 and 3.1: part of every resource, and of no schema. */
const commonAttributes: readonly Attribute[] = [
  {
    ...common,
    name: 'schemas',
    type: 'reference',
    multiValued: true,
    caseExact: false,
    returned: 'always',
    description: 'URNs of the schemas.',
  },
  {
    ...common,
    name: 'id',
    type: 'string',
    caseExact: true,
    returned: 'always',
    uniqueness: 'server',
    description: 'Our id.',
  },
  {
    ...common,
    name: 'externalId',
    type: 'string',
    caseExact: true,
    mutability: 'readWrite',
    description: 'The id at the client.',
  },
  {
    ...common,
    name: 'meta',
    type: 'complex',
    caseExact: false,
    description: 'About the resource.',
    subAttributes: [
      metaPart('resourceType', 'string', 'The name of the resource type.'),
      metaPart('created', 'dateTime', 'When it was made.'),
      metaPart('lastModified', 'dateTime', 'When it last changed.'),
      metaPart('location', 'reference', 'Where it is found.'),
      metaPart('version', 'string', 'Its entity tag.'),
    ],
  },
];

/** Compiles a kind of resource. Tests define kinds of their own with it. */
export function resourceKind(
  core: Schema,
  extensions: readonly { schema: Schema; required: boolean }[],
  named: { name: string; endpoint: string },
): ResourceKind {
  const fields = fieldTable([...commonAttributes, ...core.attributes], null, '');
  const compiled = extensions.map(({ schema, required }) => ({
    schema,
    urn: schema.id,
    required,
    fields: fieldTable(schema.attributes, schema.id, `${schema.id}:`),
  }));
  const flat = new Map<string, Field>();
  for (const field of compiled.flatMap((extension) => extension.fields.list)) {
    const key = field.name.toLowerCase();
    if (!fields.byName.has(key) && !flat.has(key)) flat.set(key, field);
  }
  const membership = (core.id === groupUrn && fields.byName.get('members')) || null;
  const all = [fields, ...compiled.map((extension) => extension.fields)]
    .flatMap((table) => table.list)
    .flatMap((field) => (field === membership ? [] : [field, ...(field.subs?.list ?? [])]));
  return {
    ...named,
    core,
    extensions: compiled,
    fields,
    extensionByUrn: new Map(
      compiled.flatMap((extension) => [
        [extension.urn, extension],
        [extension.urn.toLowerCase(), extension],
      ]),
    ),
    flat,
    membership,
    hasImmutable: all.some((field) => field.attribute.mutability === 'immutable'),
    hasHidden: all.some((field) => field.attribute.returned === 'request'),
  };
}

function fieldTable(attributes: readonly Attribute[], urn: string | null, prefix: string): FieldTable {
  const list = attributes.map((attribute, position): Field => {
    const path = prefix + attribute.name;
    return {
      attribute,
      name: attribute.name,
      type: attribute.type,
      multiValued: attribute.multiValued,
      urn,
      path,
      position,
      dropped:
        attribute.mutability === 'readOnly' ||
        attribute.mutability === 'writeOnly' ||
        attribute.returned === 'never',
      // What is looked up by equality goes into an index.
      characters: attribute.uniqueness === 'none' && path !== 'externalId' ? TEXT_CHARACTERS : KEY_CHARACTERS,
      subs: attribute.subAttributes ? fieldTable(attribute.subAttributes, urn, `${path}.`) : null,
    };
  });
  return {
    list,
    byName: new Map(
      list.flatMap((field) => [
        [field.name, field],
        [field.name.toLowerCase(), field],
      ]),
    ),
    required: list.filter((field) => field.attribute.required && !field.dropped),
  };
}

export const userKind = resourceKind(userSchema, [{ schema: enterpriseUserSchema, required: false }], {
  name: 'User',
  endpoint: '/Users',
});

export const groupKind = resourceKind(groupSchema, [], { name: 'Group', endpoint: '/Groups' });
