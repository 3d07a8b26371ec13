// What the generator itself can drive: the floor answering one look-up. Where this is not well above a row's rate, the
// row says something about the generator.

import type { RecordedAnswer } from '../load.ts';
import { userBody } from '../person.ts';
import type { Finding } from '../report.ts';
import type { Stand } from '../stand.ts';
import type { Traffic } from '../traffic.ts';
import { CONNECTIONS, type RowPlan } from './plan.ts';

export const generatorPlans: RowPlan[] = [{ name: 'generator', only: 'neither', run: ceiling }];

async function ceiling(stand: Stand): Promise<Finding[]> {
  const { warmUpMs, serverMs } = stand.effort;
  await stand.floorAnswers([oneHit()]);
  const traffic: Traffic = { kind: 'lookUp', by: 'userName', count: 10_000, stride: 1 };
  const run = (ms: number) => stand.sendToFloor(traffic, { connections: CONNECTIONS, until: { ms } });
  await run(warmUpMs);
  const { units, seconds, p50Ms, p95Ms, p99Ms, failures } = await run(serverMs);
  const row = { target: { atLeast: 15_000 }, value: units / seconds, unit: '/s' };
  const title = 'generator against the floor, one look-up';
  return [{ name: 'generator', title, ...row, p50Ms, p95Ms, p99Ms, failures }];
}

function oneHit(): RecordedAnswer {
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:ListResponse'];
  const numbers = { totalResults: 1, startIndex: 1, itemsPerPage: 1 };
  const body = JSON.stringify({ schemas, ...numbers, Resources: [{ ...userBody(1), id: '1' }] });
  const headers = { 'content-type': 'application/scim+json; charset=utf-8' };
  return { route: 'GET /scim/v2/Users', status: 200, headers, body };
}
