// /Bulk (RFC 7644 3.7): the operations of one request, each through the same handlers and in a commit of its own.

import { Refusal } from '../../refusal.ts';
import {
  type Bulk,
  type BulkOperation,
  planBulk,
  readBulk,
  substituteBulkIds,
  withoutBulkIds,
} from '../../scim/bulk.ts';
import { bulkResponseUrn } from '../../scim/messages.ts';
import { requestRow, type ScimAnswer, type ScimCall } from './call.ts';
import { errorAnswer } from './error-answer.ts';
import { createGroup, deleteGroup, patchGroup, replaceGroup } from './groups.ts';
import { createUser, deleteUser, patchUser, replaceUser } from './users.ts';

export const BULK_OPERATIONS_MOST = 1000;
export const BULK_PAYLOAD_BYTES = 8 * 1024 * 1024;

interface OperationAnswer {
  method: string | null;
  bulkId?: string;
  location?: string;
  version?: string;
  status: string;
  response?: unknown;
}

export async function bulk(call: ScimCall): Promise<ScimAnswer> {
  const request = readBulk(call.body, { maxOperations: BULK_OPERATIONS_MOST });
  const run = new Map<number, OperationAnswer>();
  const ids = new Map<string, string>();
  let errors = 0;
  for (const step of planBulk(request.operations)) {
    if (request.failOnErrors !== null && errors >= request.failOnErrors) break;
    const operation = request.operations[step.index]!;
    const before = run.get(step.index);
    if (step.kind === 'complete' && before && isError(before)) continue;
    const answer = await runOperation(call, request, step, ids);
    const id = answer.location?.split('/').at(-1);
    if (operation.bulkId !== null && id && !isError(answer)) ids.set(operation.bulkId, id);
    if (isError(answer)) errors++;
    run.set(step.index, step.kind === 'complete' && !isError(answer) ? before! : answer);
  }
  const Operations = [...run.entries()].sort(([a], [b]) => a - b).map(([, answer]) => answer);
  const action = `Bulk of ${request.operations.length} operations: ${Operations.length - errors} done, ${errors} refused`;
  call.ledger.noteRequest(requestRow(call, { status: 200, action }));
  return { status: 200, body: { schemas: [bulkResponseUrn], Operations } };
}

function isError(answer: OperationAnswer): boolean {
  return Number(answer.status) >= 400;
}

type Step = ReturnType<typeof planBulk>[number];

async function runOperation(
  call: ScimCall,
  request: Bulk,
  step: Step,
  ids: ReadonlyMap<string, string>,
): Promise<OperationAnswer> {
  const operation = request.operations[step.index]!;
  const shown = {
    method: operation.method,
    ...(operation.bulkId === null ? {} : { bulkId: operation.bulkId }),
  };
  try {
    if (operation.problem) throw operation.problem;
    const answer = await dispatch(operationCall(call, operation, step, ids), operation, step, ids);
    return {
      ...shown,
      ...(answer.location === undefined ? {} : { location: answer.location }),
      ...(answer.version === undefined ? {} : { version: answer.version }),
      status: String(answer.status),
    };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { status, body } = errorAnswer(error);
    return { ...shown, status: String(status), response: body };
  }
}

/** The operation as a request of its own: its row in the request log names its place in the bulk. */
function operationCall(
  call: ScimCall,
  operation: BulkOperation,
  step: Step,
  ids: ReadonlyMap<string, string>,
): ScimCall {
  const data = step.kind === 'run' ? withoutBulkIds(operation.data, step.without) : operation.data;
  return {
    ...call,
    requestId: `${call.requestId}.${step.index + 1}${step.kind === 'complete' ? 'b' : ''}`,
    method: operation.method ?? call.method,
    path: `${call.path}${operation.path}`,
    body: substituteBulkIds(data, ids),
    loggedBody: null,
    ifMatch: operation.version,
    ifNoneMatch: null,
  };
}

async function dispatch(
  call: ScimCall,
  operation: BulkOperation,
  step: Step,
  ids: ReadonlyMap<string, string>,
): Promise<ScimAnswer> {
  const users = operation.endpoint === 'Users';
  if (operation.method === 'POST' && step.kind === 'run') return users ? createUser(call) : createGroup(call);
  const id = step.kind === 'complete' ? ids.get(operation.bulkId!)! : idOf(operation, ids);
  switch (operation.method) {
    // A resource made without the references that were not known yet is completed with them.
    case 'POST':
    case 'PUT':
      return users ? replaceUser(call, id) : replaceGroup(call, id);
    case 'PATCH':
      return users ? patchUser(call, id) : patchGroup(call, id);
    default:
      return users ? deleteUser(call, id) : deleteGroup(call, id);
  }
}

function idOf(operation: BulkOperation, ids: ReadonlyMap<string, string>): string {
  const id = operation.id!;
  if (!id.startsWith('bulkId:')) return id;
  const made = ids.get(id.slice('bulkId:'.length));
  if (made === undefined)
    throw new Refusal('conflict', `No operation of this request made a resource for ${id}.`);
  return made;
}
