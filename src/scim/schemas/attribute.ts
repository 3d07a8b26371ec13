// Short hand for writing attribute definitions: what RFC 7643 8.7.1 gives most of them is filled in here.

import type { Attribute, AttributeType } from '../schema.ts';

type Differences = Partial<Omit<Attribute, 'name' | 'type' | 'description' | 'subAttributes'>>;

/** A single-valued, optional, freely writable attribute, unless the differences say otherwise. */
export function attribute(
  name: string,
  type: Exclude<AttributeType, 'complex'>,
  description: string,
  differences: Differences = {},
): Attribute {
  return {
    name,
    type,
    multiValued: false,
    description,
    required: false,
    // Binary values and references have no meaningful other case (RFC 7643 2.3.6, 2.3.7).
    caseExact: type === 'binary' || type === 'reference',
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
    ...differences,
  };
}

/** The same for an attribute with sub-attributes. */
export function complex(
  name: string,
  description: string,
  subAttributes: readonly Attribute[],
  differences: Differences = {},
): Attribute {
  return {
    name,
    type: 'complex',
    multiValued: false,
    description,
    required: false,
    caseExact: false,
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
    ...differences,
    subAttributes,
  };
}

/** `value`, `display`, `type`, `primary`: what most lists hold (RFC 7643 2.4). */
export function valued(
  name: string,
  description: string,
  value: Attribute,
  types: readonly string[] = [],
): Attribute {
  return complex(
    name,
    description,
    [
      value,
      attribute('display', 'string', 'A name to show for the value.'),
      attribute(
        'type',
        'string',
        'What the value is for.',
        types.length > 0 ? { canonicalValues: types } : {},
      ),
      attribute('primary', 'boolean', 'Whether it is the preferred one; at most one is.'),
    ],
    { multiValued: true },
  );
}
