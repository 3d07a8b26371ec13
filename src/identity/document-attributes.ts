// The attributes of a user's document by the names that facts and rules know them by. Owns how those names are made
// and read again.

import type { Document } from '../scim/resource.ts';

/** Attributes of a document: core ones by name, extension ones as `urn:field`. `schemas` is no attribute. */
export function attributesOf(document: Document): Map<string, unknown> {
  const attributes = new Map<string, unknown>();
  for (const key of Object.keys(document)) {
    if (key === 'schemas') continue;
    if (!isUrn(key)) {
      attributes.set(key, document[key]);
      continue;
    }
    const fields = extension(document, key);
    for (const field of Object.keys(fields)) attributes.set(`${key}:${field}`, fields[field]);
  }
  return attributes;
}

/** The value of an attribute by such a name; undefined when unassigned. Own properties only. */
export function documentValue(document: Document, name: string): unknown {
  if (!isUrn(name)) return Object.hasOwn(document, name) ? document[name] : undefined;
  // A field of an extension that we do not know may have colons in its own name: the longest URN counts.
  for (let colon = name.lastIndexOf(':'); colon > 0; colon = name.lastIndexOf(':', colon - 1)) {
    const fields = extension(document, name.slice(0, colon));
    const field = name.slice(colon + 1);
    if (Object.hasOwn(fields, field)) return fields[field];
  }
  return undefined;
}

function extension(document: Document, urn: string): Record<string, unknown> {
  return (Object.hasOwn(document, urn) ? document[urn] : {}) as Record<string, unknown>;
}

function isUrn(name: string): boolean {
  return name.includes(':');
}
