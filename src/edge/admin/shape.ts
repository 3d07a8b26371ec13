// The building blocks of the shapes that the admin API answers with: one way to write each kind of value.

import { type Static, type TSchema, Type } from 'typebox';

/** The same or null, as one `type` list: quick to write out, plain to read in the OpenAPI document. */
export function orNull<S extends TSchema>(schema: S) {
  const plain: Record<string, unknown> = { ...(schema as object) };
  const words = Array.isArray(plain.enum) ? { enum: [...plain.enum, null] } : {};
  return Type.Unsafe<Static<S> | null>({ ...plain, ...words, type: [plain.type, 'null'] });
}

export const choice = <const Words extends readonly string[]>(words: Words, description?: string) =>
  Type.Unsafe<Words[number]>({ type: 'string', enum: [...words], ...(description && { description }) });

export const text = (description?: string) => Type.String(description ? { description } : {});
export const time = (description?: string) =>
  Type.String({ format: 'date-time', ...(description && { description }) });
export const count = (description?: string) =>
  Type.Integer({ minimum: 0, ...(description && { description }) });

/** Any JSON object. */
export const anyObject = (description: string) =>
  Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true, description });

export function rfc3339(at: number): string;
export function rfc3339(at: number | null): string | null;
export function rfc3339(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
