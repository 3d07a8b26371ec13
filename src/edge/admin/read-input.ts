// From what a client sent to typed values: JSON bodies and query parameters, checked by the route's own schema, with all
// problems named at once. Nothing is converted but what a query string cannot say otherwise (numbers, booleans).

import type { Static, TObject, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { TLocalizedValidationError } from 'typebox/error';
import { Refusal } from '../../refusal.ts';
import { isObject, isReservedKey, shorten } from '../../scim/json.ts';

/** Levels of lists and objects in a body. */
const BODY_DEPTH = 16;
/** Problems that one answer names. */
const PROBLEMS_NAMED = 20;

export interface InputProblem {
  /** JSON Pointer into the body, or the name of the query parameter. */
  path: string;
  problem: string;
}

// --- bodies -----------------------------------------------------------------------------------------------------

/** Undefined for an empty body. */
export function parseBody(text: string): unknown {
  if (text === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal('invalidSyntax', 'The body is not valid JSON.');
  }
  refuseHostile(value, 0);
  return value;
}

function refuseHostile(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth >= BODY_DEPTH) {
    throw new Refusal('invalidSyntax', `The body is nested deeper than ${BODY_DEPTH} levels.`);
  }
  for (const key of Object.keys(value)) {
    if (!Array.isArray(value) && isReservedKey(key)) {
      throw new Refusal('invalidSyntax', `The body has a key "${key}", which is never taken.`);
    }
    refuseHostile((value as Record<string, unknown>)[key], depth + 1);
  }
}

export function bodyReader<Body extends TSchema>(
  schema: TSchema | undefined,
  isOptional: boolean,
): (body: unknown) => Static<Body> {
  if (schema === undefined) return () => undefined as Static<Body>;
  const check = checker(schema);
  return (sent) => {
    const body = sent === undefined && isOptional ? {} : sent;
    if (body === undefined)
      throw new Refusal('invalidSyntax', 'This route wants a JSON body; none was sent.');
    const problems = check(body);
    if (problems.length > 0) throw badInput('The body', problems);
    return body as Static<Body>;
  };
}

// --- query parameters -------------------------------------------------------------------------------------------

export function queryReader<Query extends TObject>(
  schema: TObject | undefined,
): (raw: unknown) => Static<Query> {
  const known: Record<string, TSchema> = schema?.properties ?? {};
  const check = schema && checker(schema);
  return (raw) => {
    const read: Record<string, unknown> = {};
    const problems: InputProblem[] = [];
    for (const [name, text] of Object.entries(isObject(raw) ? raw : {})) {
      if (!Object.hasOwn(known, name)) {
        problems.push({ path: name, problem: `is unknown here; known are ${namesOf(known)}` });
      } else if (typeof text !== 'string') {
        problems.push({ path: name, problem: 'was given more than once' });
      } else if (text.includes('\0')) {
        problems.push({ path: name, problem: 'holds a NUL character' });
      } else {
        read[name] = readParameter(text, known[name]!);
      }
    }
    for (const [name, each] of Object.entries(known)) {
      if (read[name] === undefined && 'default' in each) read[name] = each.default;
    }
    if (problems.length === 0 && check) problems.push(...check(read));
    if (problems.length > 0) throw badInput('The query', problems);
    return read as Static<Query>;
  };
}

function namesOf(known: Record<string, TSchema>): string {
  return Object.keys(known).join(', ') || 'none';
}

/** Text that is no number or boolean stays text, so that the schema's check names it. */
function readParameter(text: string, schema: TSchema): unknown {
  const type = 'type' in schema ? schema.type : undefined;
  if (type === 'integer') return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return text;
}

// --- problems ---------------------------------------------------------------------------------------------------

/** Compiled at first use: most starts never need most routes. */
function checker(schema: TSchema): (value: unknown) => InputProblem[] {
  let compiled: ReturnType<typeof Compile> | null = null;
  return (value) => {
    compiled ??= Compile(schema);
    return compiled.Check(value) ? [] : problemsOf(compiled.Errors(value), value);
  };
}

function problemsOf(errors: TLocalizedValidationError[], value: unknown): InputProblem[] {
  const problems = new Map<string, InputProblem>();
  for (const error of errors) {
    for (const problem of wordsOf(error, value)) {
      if (!problems.has(problem.path)) problems.set(problem.path, problem);
    }
  }
  return [...problems.values()].slice(0, PROBLEMS_NAMED);
}

function wordsOf(error: TLocalizedValidationError, value: unknown): InputProblem[] {
  const path = error.instancePath;
  switch (error.keyword) {
    case 'boolean':
      return []; // named by additionalProperties
    case 'additionalProperties':
      return error.params.additionalProperties.map((name) => ({
        path: `${path}/${name}`,
        problem: 'is unknown',
      }));
    case 'required':
      return error.params.requiredProperties.map((name) => ({
        path: `${path}/${name}`,
        problem: 'is missing',
      }));
    case 'enum':
      return [
        {
          path,
          problem: `is ${shorten(at(value, path))}, not one of ${error.params.allowedValues.join(', ')}`,
        },
      ];
    default:
      return [{ path, problem: `${error.message}; it is ${shorten(at(value, path))}` }];
  }
}

function at(value: unknown, pointer: string): unknown {
  let found = value;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}

/** One refusal that names every problem, in words and as data. */
export function badInput(what: string, problems: InputProblem[]): Refusal {
  const words = problems.map(({ path, problem }) => `${path.replace(/^\//, '') || what} ${problem}`);
  return new Refusal('invalidValue', `${what} is not right: ${words.join('; ')}.`, { problems });
}
