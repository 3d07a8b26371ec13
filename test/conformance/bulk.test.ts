// Several operations in one request (RFC 7644 3.7).

import { describe, expect, it } from 'vitest';
import { BULK_REQUEST, type BulkResult, ENTERPRISE, type ScimError } from '../harness/scim-client.ts';
import {
  expectError,
  expectIds,
  expectStatus,
  groupBody,
  memberIds,
  patchBody,
  unique,
  userBody,
  useServer,
} from './fixture.ts';

const on = useServer();

interface BulkOperation {
  method: string;
  path?: string;
  bulkId?: string;
  version?: string;
  data?: unknown;
}

const send = (operations: BulkOperation[], more: Record<string, unknown> = {}) =>
  on.scim.post('/Bulk', { schemas: [BULK_REQUEST], ...more, Operations: operations });
const run = async (
  operations: BulkOperation[],
  more: Record<string, unknown> = {},
): Promise<BulkResult[]> => {
  const answer = await send(operations, more);
  expectStatus(answer, 200);
  expect(answer.mediaType).toBe('application/scim+json');
  return answer.bulk;
};
const makeUser = (bulkId: string, attributes: Record<string, unknown> = {}): BulkOperation => ({
  method: 'POST',
  path: '/Users',
  bulkId,
  data: userBody(attributes),
});
const makeGroup = (bulkId: string, ...members: string[]): BulkOperation => ({
  method: 'POST',
  path: '/Groups',
  bulkId,
  data: groupBody({ members: members.map((value) => ({ value })) }),
});
const idIn = (result: BulkResult | undefined) => result!.location!.split('/').at(-1)!;
const statuses = (results: BulkResult[]) => results.map((result) => result.status);
/** The result of the operation with this bulkId; results may come in another order than operations (3.7.2). */
const of = (results: BulkResult[], bulkId: string) => results.find((result) => result.bulkId === bulkId);
const limits = async () =>
  ((await on.scim.get('/ServiceProviderConfig')).json as { bulk: Record<string, number> }).bulk;

describe('operations', () => {
  it('[B01] [RFC7644 3.7] Two creates are answered with status, location and bulkId', async () => {
    const results = await run([makeUser('one'), makeUser('two')]);
    for (const bulkId of ['one', 'two']) {
      const result = of(results, bulkId);
      expect(result).toMatchObject({ method: 'POST', status: '201' });
      expect(result?.location).toBe((await on.read(`/Users/${idIn(result)}`)).meta.location);
    }
  });

  it('[B02] [RFC7644 3.7.3] The status of an operation is a text', async () => {
    for (const status of statuses(await run([makeUser('one')]))) expect(status).toBe('201');
  });

  it('[B03] [RFC7644 3.7.2] A bulkId in a later member is resolved', async () => {
    const results = await run([makeUser('u'), makeGroup('g', 'bulkId:u')]);
    expect(memberIds(await on.read(`/Groups/${idIn(of(results, 'g'))}`))).toEqual([idIn(of(results, 'u'))]);
  });

  it('[B04] [RFC7644 3.7.2] A bulkId that comes later is resolved too', async () => {
    const results = await run([makeGroup('g', 'bulkId:u'), makeUser('u')]);
    expect(statuses(results)).toEqual(['201', '201']);
    expect(memberIds(await on.read(`/Groups/${idIn(of(results, 'g'))}`))).toEqual([idIn(of(results, 'u'))]);
  });

  it('[B05] [RFC7644 3.7.1] Two groups that hold each other are resolved or refused one by one', async () => {
    const results = await run([makeGroup('a', 'bulkId:b'), makeGroup('b', 'bulkId:a')]);
    for (const status of statuses(results)) expect(['201', '400', '409']).toContain(status);
    if (results.every((result) => result.status === '201')) {
      expect(memberIds(await on.read(`/Groups/${idIn(of(results, 'a'))}`))).toEqual([idIn(of(results, 'b'))]);
      expect(memberIds(await on.read(`/Groups/${idIn(of(results, 'b'))}`))).toEqual([idIn(of(results, 'a'))]);
    }
  });

  it('[B06] [RFC7644 3.7] PUT, PATCH and DELETE work', async () => {
    const [put, patched, gone] = [await on.user(), await on.user(), await on.user()];
    const results = await run([
      { method: 'PUT', path: `/Users/${put.id}`, data: userBody({ userName: put.userName, title: 'Pilot' }) },
      {
        method: 'PATCH',
        path: `/Users/${patched.id}`,
        data: patchBody([{ op: 'replace', path: 'title', value: 'Smith' }]),
      },
      { method: 'DELETE', path: `/Users/${gone.id}` },
    ]);
    expect(statuses(results)).toEqual(['200', '200', '204']);
    expect((await on.read(`/Users/${put.id}`)).title).toBe('Pilot');
    expect((await on.read(`/Users/${patched.id}`)).title).toBe('Smith');
    expectStatus(await on.scim.get(`/Users/${gone.id}`), 404);
  });

  it('[W04] [RFC7644 3.7.1] A PUT may refer to what the same request creates', async () => {
    const group = await on.group();
    const data = groupBody({ displayName: group.displayName, members: [{ value: 'bulkId:u' }] });
    const results = await run([{ method: 'PUT', path: `/Groups/${group.id}`, data }, makeUser('u')]);
    expect(statuses(results).sort()).toEqual(['200', '201']);
    expect(memberIds(await on.read(`/Groups/${group.id}`))).toEqual([idIn(of(results, 'u'))]);
  });

  it('[W04] [RFC7644 3.7.2] A reference inside manager.value is resolved', async () => {
    const results = await run([
      makeUser('chief'),
      makeUser('mate', { [ENTERPRISE]: { manager: { value: 'bulkId:chief' } } }),
    ]);
    const mate = await on.read(`/Users/${idIn(of(results, 'mate'))}`);
    expect(mate[ENTERPRISE]?.manager?.value).toBe(idIn(of(results, 'chief')));
  });

  it('[W04] [RFC7644 3.7.3] Each operation tells the version it left', async () => {
    const results = await run([makeUser('one')]);
    expect(results[0]?.version).toBe((await on.read(`/Users/${idIn(results[0])}`)).meta.version);
  });

  it('[W04] [RFC7644 3.7] version is held against the resource as If-Match is', async () => {
    const { id, meta } = await on.user();
    const patch = (title: string, version: string): BulkOperation => ({
      method: 'PATCH',
      path: `/Users/${id}`,
      version,
      data: patchBody([{ op: 'replace', path: 'title', value: title }]),
    });
    expect(statuses(await run([patch('Pilot', meta.version), patch('Smith', meta.version)]))).toEqual([
      '200',
      '412',
    ]);
    expect((await on.read(`/Users/${id}`)).title).toBe('Pilot');
  });
});

describe('errors', () => {
  const broken = (): BulkOperation => makeUser(unique('x'), { userName: '' });

  it('[B07] [RFC7644 3.7] failOnErrors=1 stops after the first error', async () => {
    const results = await run([makeUser('a'), broken(), makeUser('c')], { failOnErrors: 1 });
    expect(statuses(results)).toEqual(['201', '400']);
  });

  it('[W04] [RFC7644 3.7] failOnErrors=2 bears one error', async () => {
    const results = await run([broken(), makeUser('b'), broken(), makeUser('d')], { failOnErrors: 2 });
    expect(statuses(results)).toEqual(['400', '201', '400']);
  });

  it('[B08] [RFC7644 3.7] Without failOnErrors the rest goes on', async () => {
    expect(statuses(await run([broken(), makeUser('b'), broken(), makeUser('d')]))).toEqual([
      '400',
      '201',
      '400',
      '201',
    ]);
  });

  it('[B09] [RFC7644 3.7.3] A failed operation carries the error', async () => {
    const { userName } = await on.user();
    const [result] = await run([makeUser('taken', { userName })]);
    expect(result).toMatchObject({ status: '409', bulkId: 'taken' });
    expect(result?.response as ScimError).toMatchObject({ status: '409', scimType: 'uniqueness' });
    expect(result?.location).toBeUndefined();
  });

  it('[B10] [RFC7644 3.7.4] More than maxOperations is 413 and nothing is done', async () => {
    const { maxOperations } = await limits();
    const first = makeUser('first');
    const rest = Array.from({ length: maxOperations! }, () => ({ method: 'DELETE', path: '/Users/nobody' }));
    expectError(await send([first, ...rest]), 413);
    expectIds(await on.scim.users(`userName eq "${(first.data as { userName: string }).userName}"`), []);
  });

  it('[B11] [RFC7644 3.7.4] More than maxPayloadSize is 413', async () => {
    const { maxPayloadSize } = await limits();
    const answer = await send([makeUser('big', { title: 'x'.repeat(maxPayloadSize!) })]);
    expectError(answer, 413);
  });

  it('[B12] [RFC7644 3.7] A body without the BulkRequest schema is 400', async () => {
    expectError(await on.scim.post('/Bulk', { Operations: [makeUser('one')] }), 400);
    expectError(
      await on.scim.post('/Bulk', { schemas: ['urn:example:kite'], Operations: [makeUser('one')] }),
      400,
    );
    expectError(await on.scim.post('/Bulk', { schemas: [BULK_REQUEST] }), 400);
  });

  it('[B13] [RFC7644 3.7] A POST without bulkId is refused', async () => {
    const { bulkId: _bulkId, ...operation } = makeUser('none');
    const answer = await send([operation]);
    if (answer.status !== 200) expectError(answer, 400);
    else expect(statuses(answer.bulk)).toEqual(['400']);
    expectIds(await on.scim.users(`userName eq "${(operation.data as { userName: string }).userName}"`), []);
  });

  it('[B14] [RFC7644 3.7] An unknown path or method is an error of that operation', async () => {
    const results = await run([
      { method: 'POST', path: '/Kites', bulkId: 'k', data: userBody() },
      { method: 'BREW', path: '/Users/1', data: userBody() },
      { method: 'DELETE', path: '/Users' },
      { method: 'DELETE', path: '/Users/nobody' },
      { method: 'POST', path: '/Bulk', bulkId: 'again', data: { schemas: [BULK_REQUEST], Operations: [] } },
      makeUser('good'),
    ]);
    expect(
      statuses(results)
        .slice(0, 5)
        .every((status) => /^4\d\d$|^501$/.test(status)),
    ).toBe(true);
    expect(results[5]?.status).toBe('201');
  });

  it('[B15] [RFC7644 3.7.2] A bulkId that nobody defines is an error of that operation', async () => {
    const results = await run([makeGroup('g', 'bulkId:nobody'), makeUser('u')]);
    expect(['400', '409']).toContain(of(results, 'g')?.status);
    expect(of(results, 'u')?.status).toBe('201');
  });

  it('[B15] [RFC7644 3.7.2] A bulkId whose operation failed is an error of those that refer to it', async () => {
    const results = await run([makeUser('u', { userName: '' }), makeGroup('g', 'bulkId:u')]);
    expect(of(results, 'u')?.status).toBe('400');
    expect(['400', '409', '412']).toContain(of(results, 'g')?.status);
  });

  it('[B17] [RFC7644 3.7] GET of Bulk is refused', async () => {
    expectError(await on.scim.get('/Bulk'), [404, 405, 501]);
  });
});
