// Reading by the schema: one walk that puts in `env.` references and defaults, and collects what is wrong.

import type { ConfigProblem, Environment } from './config-problem.ts';
import { fold } from './fold.ts';

export interface Reading {
  readonly env: Environment;
  readonly problems: ConfigProblem[];
  /** Where each bearer secret was seen: the same one twice could not tell who is asking. */
  readonly credentials: Map<string, string>;
}

/** The part of JSON Schema that config-schema.ts uses, and its three additions. */
interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly default?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly maxProperties?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly patternErrorMessage?: string;
  readonly uniqueBy?: readonly string[];
  readonly credential?: boolean;
  readonly '~refine'?: readonly { check(value: unknown): boolean; error(value: unknown): string }[];
}

type Say = (message: string) => void;

/** The value with references and defaults put in. Where something is wrong, a problem and a hole. */
export function readBy(schema: Schema, written: unknown, path: string, reading: Reading): unknown {
  const { value, variable } = referred(written, reading.env);
  const say: Say = (message) => {
    const origin = variable ? ` (from the environment variable ${variable})` : '';
    reading.problems.push({ path: path || 'configuration', message: message + origin });
  };
  if (value === undefined) return void say('is not set: set it, or write the value here');
  if (value === null) return void say('has no value: write one ([] for an empty list), or leave the key out');
  const before = reading.problems.length;
  const read = readValue(schema, value, path, reading, say);
  if (reading.problems.length > before) return read;
  const broken = schema['~refine']?.find(({ check }) => !check(read));
  return broken ? void say(broken.error(read)) : read;
}

function referred(written: unknown, env: Environment): { value: unknown; variable?: string } {
  const variable =
    typeof written === 'string' ? /^env\.([A-Za-z_][A-Za-z0-9_]*)$/.exec(written)?.[1] : undefined;
  if (variable === undefined) return { value: written };
  return { value: Object.hasOwn(env, variable) ? env[variable] : undefined, variable };
}

function readValue(schema: Schema, value: unknown, path: string, reading: Reading, say: Say): unknown {
  if (schema.anyOf) return readVariant(schema.anyOf, value, path, reading, say);
  if (schema.type === 'object') return readObject(schema, value, path, reading, say);
  if (schema.type === 'array') return readList(schema, value, path, reading, say);
  const message =
    leafProblem(schema, value) ?? (schema.credential ? takenCredential(value, path, reading) : null);
  if (message !== null) say(message);
  return message === null ? value : undefined;
}

function readObject(schema: Schema, value: unknown, path: string, reading: Reading, say: Say): unknown {
  if (!isObject(value)) return void say('must be an object with named values');
  const each = schema.patternProperties && Object.values(schema.patternProperties)[0];
  if (each) {
    const entries = Object.entries(value);
    if (entries.length > (schema.maxProperties ?? Number.POSITIVE_INFINITY)) say('has too many entries');
    return Object.fromEntries(
      entries.map(([key, one]) => [key, readBy(each, one, inside(path, key), reading)]),
    );
  }
  const properties = schema.properties ?? {};
  const known = Object.keys(properties);
  for (const key of Object.keys(value).filter((key) => !Object.hasOwn(properties, key))) {
    const likely = mostAlike(key, known);
    const hint = likely ? `did you mean ${likely}?` : `known here are ${known.join(', ')}`;
    reading.problems.push({ path: inside(path, key), message: `is no key of the configuration: ${hint}` });
  }
  const read: [string, unknown][] = [];
  for (const [key, property] of Object.entries(properties)) {
    const one = Object.hasOwn(value, key) ? value[key] : property.default;
    if (one !== undefined) read.push([key, readBy(property, one, inside(path, key), reading)]);
    else if (schema.required?.includes(key)) {
      reading.problems.push({
        path: inside(path, key),
        message: `is missing. ${property.description ?? ''}`.trim(),
      });
    }
  }
  return Object.fromEntries(read.filter(([, one]) => one !== undefined));
}

function readList(schema: Schema, value: unknown, path: string, reading: Reading, say: Say): unknown {
  if (!Array.isArray(value)) return void say('must be a list');
  if (value.length < (schema.minItems ?? 0)) say('must not be empty');
  if (value.length > (schema.maxItems ?? Number.POSITIVE_INFINITY)) {
    return void say(`has ${value.length} entries, and may have ${schema.maxItems}`);
  }
  const read = value.map((one, at) => readBy(schema.items ?? {}, one, `${path}[${at}]`, reading));
  if (schema.uniqueBy) refuseDoubles(read, schema.uniqueBy, path, reading);
  return read;
}

/** One key makes a name, of which case does not count; several make a rule, which is what its texts say exactly. */
function refuseDoubles(read: unknown[], keys: readonly string[], path: string, reading: Reading): void {
  const seen = new Map<string, number>();
  for (const [at, one] of read.entries()) {
    const texts = keys.map((key) => (isObject(one) ? one[key] : undefined));
    if (!texts.every((text) => typeof text === 'string')) continue;
    const mark = keys.length === 1 ? fold(texts[0]!) : JSON.stringify(texts);
    const first = seen.get(mark);
    const place = (index: number): string => `${path}[${index}]${keys.length === 1 ? `.${keys[0]}` : ''}`;
    if (first === undefined) seen.set(mark, at);
    else reading.problems.push({ path: place(at), message: `is the same as ${place(first)}` });
  }
}

/** The variant whose `kind` is written; where that is none, what all variants share is checked still. */
function readVariant(
  variants: readonly Schema[],
  value: unknown,
  path: string,
  reading: Reading,
  say: Say,
): unknown {
  if (!isObject(value)) return void say('must be an object with named values');
  const kinds = variants.map(({ properties }) => properties?.kind?.const ?? '');
  const kind = Object.hasOwn(value, 'kind') ? referred(value.kind, reading.env).value : undefined;
  const variant = variants[kinds.indexOf(String(kind))];
  if (variant) return readObject(variant, value, path, reading, say);
  const [first = {}, ...others] = variants;
  const shared = Object.entries(first.properties ?? {}).filter(([key, property]) =>
    others.every(({ properties }) => properties?.[key] === property),
  );
  const properties = {
    kind: { enum: kinds, description: `One of ${kinds.join(', ')}.` },
    ...Object.fromEntries(shared),
  };
  const known = Object.fromEntries(Object.entries(value).filter(([key]) => Object.hasOwn(properties, key)));
  const required = first.required?.filter((key) => Object.hasOwn(properties, key)) ?? [];
  return readObject({ properties, required }, known, path, reading, say);
}

/** What is wrong with a text, number or flag, in words that do not repeat it; null when nothing is. */
function leafProblem(schema: Schema, value: unknown): string | null {
  const words = schema.enum ?? (schema.const === undefined ? null : [schema.const]);
  if (words) {
    if (typeof value === 'string' && words.includes(value)) return null;
    const likely = typeof value === 'string' ? mostAlike(value, words) : undefined;
    return `must be one of ${words.join(', ')}${likely ? `: did you mean ${likely}?` : ''}`;
  }
  if (schema.type === 'boolean')
    return typeof value === 'boolean' ? null : 'must be true or false, without quotes';
  if (schema.type === 'integer') {
    const { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER } = schema;
    const fits = Number.isInteger(value) && Number(value) >= minimum && Number(value) <= maximum;
    return fits ? null : `must be a whole number from ${minimum} to ${maximum}`;
  }
  if (typeof value !== 'string') return 'must be text: put it in quotes';
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern } = schema;
  if (value === '' && minLength > 0) return 'is empty';
  if (value.length < minLength) return `is shorter than ${minLength} characters`;
  if (value.length > maxLength) return `is longer than ${maxLength} characters`;
  return pattern && !new RegExp(pattern).test(value)
    ? (schema.patternErrorMessage ?? 'is not well formed')
    : null;
}

function takenCredential(value: unknown, path: string, { credentials }: Reading): string | null {
  const first = credentials.get(String(value));
  if (first === undefined) credentials.set(String(value), path);
  return first === undefined ? null : `is the same secret as ${first}: each needs its own`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function inside(path: string, key: string): string {
  if (!/^[\w$-]{1,64}$/.test(key)) return `${path}[${JSON.stringify(key.slice(0, 64))}]`;
  return path ? `${path}.${key}` : key;
}

/** The known word that a mistyped one most likely meant. */
function mostAlike(word: string, known: readonly string[]): string | undefined {
  const near = known
    .map((each) => ({ each, distance: editDistance(fold(word.slice(0, 64)), fold(each)) }))
    .filter(({ each, distance }) => distance <= Math.max(1, Math.floor(each.length / 4)))
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.each;
}

/** Levenshtein's: insertions, deletions and changes that make `b` of `a`. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
