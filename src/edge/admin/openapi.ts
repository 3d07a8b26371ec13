// The OpenAPI 3.1 document of the admin API, made from the table of routes and their schemas.

import { Type } from 'typebox';
import type { EventType } from '../../identity/event.ts';
import { batchShape } from './batch-contract.ts';
import { eventShape, person, providerShape, reference, source, tokenShape, userShape } from './contract.ts';
import { eventWords } from './event-pages.ts';
import { eventSchema } from './event-shapes.ts';
import { type Needs, permissionText } from './permissions.ts';
import { providerBlockSchema } from './provider-schema.ts';
import { driftShape, runShape } from './reconciliation-contract.ts';
import type { Method, Route } from './route.ts';
import { routes } from './routes.ts';
import { apiKeyShape, ownerShape, sessionShape } from './sign-in-contract.ts';
import { deliveryShape, webhookShape } from './webhook-contract.ts';

type Json = Record<string, unknown>;

const { words: _, names: __, ...told } = eventShape.properties;
/** An event without what the feed adds for people, which is of the moment in which it is read. */
const toldEvent = Type.Object(told);

/** Shapes that stand under `components` and are pointed to where they are used. */
const components = new Map<unknown, string>([
  [reference, 'Reference'],
  [providerBlockSchema, 'ProviderBlock'],
  [person, 'Person'],
  [userShape, 'User'],
  [source, 'Source'],
  [eventShape, 'Event'],
  [toldEvent, 'ToldEvent'],
  [providerShape, 'Provider'],
  [tokenShape, 'Token'],
  [ownerShape, 'Owner'],
  [sessionShape, 'Session'],
  [apiKeyShape, 'ApiKey'],
  [webhookShape, 'Webhook'],
  [deliveryShape, 'Delivery'],
  [batchShape, 'Batch'],
  [runShape, 'Run'],
  [driftShape, 'Drift'],
]);

const problemSchema = {
  type: 'object',
  description: 'Problem Details (RFC 9457), with further members that depend on the reason.',
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What is wrong, and what to do about it.' },
    reason: { type: 'string', description: 'For programs: does not change with the wording.' },
    requestId: { type: 'string', description: 'Under this id the log of the server has more.' },
    problems: {
      type: 'array',
      items: { type: 'object', properties: { path: { type: 'string' }, problem: { type: 'string' } } },
    },
  },
  required: ['type', 'title', 'status', 'detail', 'reason', 'requestId'],
};

/** What a webhook is sent of that type; the feed shows the same. */
function hook(type: EventType): Json {
  const schema = {
    type: 'object',
    properties: {
      type: { const: type },
      timestamp: { type: 'string', format: 'date-time' },
      data: { allOf: [{ $ref: '#/components/schemas/ToldEvent' }, withReferences(eventSchema(type))] },
    },
    required: ['type', 'timestamp', 'data'],
  };
  return {
    post: {
      summary: eventWords[type],
      requestBody: { required: true, content: { 'application/json': { schema } } },
      responses: { '2XX': { description: 'Taken.' } },
    },
  };
}

export function openApi(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const each of routes) {
    const path = `/api${each.path}`;
    paths[path] ??= {};
    paths[path][each.method.toLowerCase()] = operation(each);
  }
  const shapes = [...components].map(([schema, name]) => [name, withReferences({ ...(schema as Json) })]);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Bifrost admin API',
      version,
      description:
        'Users, access, teams, business units, roles, providers, tokens, rules, events and requests. Lists answer `items`, `nextCursor` and `total`. Changes may carry If-Match with the ETag that was read; 412 says that somebody else was first.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{ apiKey: [] }],
    paths,
    webhooks: Object.fromEntries((Object.keys(eventWords) as EventType[]).map((type) => [type, hook(type)])),
    components: {
      securitySchemes: {
        apiKey: {
          type: 'http',
          scheme: 'bearer',
          description: 'An API key, of a person or of the configuration file.',
        },
      },
      schemas: { ...Object.fromEntries(shapes), Problem: problemSchema },
      responses: {
        Problem: {
          description: 'Refused',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
  };
}

function operation(each: Route): Json {
  const { summary, description, permission } = each;
  const needs = needsText(permission);
  const parameters = [...pathParameters(each.path), ...queryParameters(each), ...headerParameters(each)];
  const body = each.bodySchema ?? each.body;
  return {
    operationId: operationId(each.method, each.path),
    tags: [each.path.split('/')[1]],
    summary,
    description: description ? `${description} ${needs}` : needs,
    ...(permission === 'open' && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: each.optionalBody !== true,
        content: { 'application/json': { schema: withReferences(body) } },
      },
    }),
    responses: responses(each),
  };
}

function needsText(needs: Needs): string {
  if (needs === 'open') return 'Open to everybody.';
  if (needs === 'signed-in') return 'For every caller, whatever their permissions.';
  const wanted = 'oneOf' in needs ? needs.oneOf : [needs];
  const words = wanted.map((permission) => `\`${permissionText(permission)}\``).join(' or ');
  return `Needs the permission ${words}.`;
}

/** `GET /users/{id}/access` is `getUsersIdAccess`. */
function operationId(method: Method, path: string): string {
  const words = path.split(/[^A-Za-z]+/).filter((word) => word !== '');
  return method.toLowerCase() + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters({ query }: Route): Json[] {
  return Object.entries(query?.properties ?? {}).map(([name, property]) => {
    const { description, ...schema } = property as Json;
    return {
      name,
      in: 'query',
      ...(description !== undefined && { description }),
      schema: withReferences(schema),
    };
  });
}

function headerParameters({ versioned, method }: Route): Json[] {
  if (!versioned || method === 'GET') return [];
  const description = 'The ETag that was read; 412 when it is not current any more.';
  return [{ name: 'If-Match', in: 'header', description, schema: { type: 'string' } }];
}

function responses({
  status = 200,
  response,
  done,
  accepted,
  refuses = {},
  versioned,
  streams,
}: Route): Json {
  const refused = Object.entries(refuses).map(([code, description]) => [
    code,
    {
      description,
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    },
  ]);
  return {
    [status]: {
      description: statusWords[status],
      ...(versioned && { headers: { ETag: { schema: { type: 'string' } } } }),
      ...((response || streams) && {
        content: {
          ...(response && { 'application/json': { schema: withReferences(response) } }),
          ...(streams && streamed(streams)),
        },
      }),
    },
    ...(accepted && {
      202: {
        description: accepted.why,
        content: { 'application/json': { schema: withReferences(accepted.response) } },
      },
    }),
    ...Object.fromEntries(Object.entries(done ?? {}).map(([code, description]) => [code, { description }])),
    ...Object.fromEntries(refused),
    default: { $ref: '#/components/responses/Problem' },
  };
}

function streamed({ media, description }: NonNullable<Route['streams']>): Json {
  return Object.fromEntries(media.map((each) => [each, { schema: { type: 'string', description } }]));
}

/** A plain copy in which shapes under `components` are pointed to. */
function withReferences(schema: unknown): unknown {
  const name = components.get(schema);
  if (name !== undefined) return { $ref: `#/components/schemas/${name}` };
  if (Array.isArray(schema)) return schema.map(withReferences);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => !key.startsWith('~'))
      .map(([key, value]) => [key, withReferences(value)]),
  );
}

const statusWords = { 200: 'Found', 201: 'Made', 202: 'Begun', 204: 'Done' } as const;
