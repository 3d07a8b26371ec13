// What of a token becomes claims, and what hostile or merely large ones do.

import { describe, expect, it } from 'vitest';
import { readDiagnosis } from '../../src/provider/aadsts.ts';
import { readClaims, readWholePayload, withClaimsOf } from '../../src/provider/claims.ts';
import { OTHER_TENANT, TENANT } from './world.ts';

describe('claims', () => {
  it('leave out what the token says of itself', () => {
    const protocol = {
      iss: 'i',
      aud: 'a',
      exp: 1,
      nonce: 'n',
      at_hash: 'h',
      aio: 'x',
      rh: 'x',
      uti: 'x',
      ver: '2.0',
    };
    expect(readClaims({ ...protocol, xms_tdbr: 'EU', roles: ['admin'] }).claims).toEqual({
      roles: ['admin'],
    });
  });

  it('keep what is present and empty: that is news', () => {
    const empty = { roles: [], department: '', title: null, realm_access: { roles: [] } };
    expect(readClaims(empty)).toEqual({ claims: empty, unknown: [] });
  });

  it('do not reach a prototype', () => {
    const payload = JSON.parse(
      '{"__proto__":{"roles":["admin"]},"constructor":1,"deep":{"__proto__":{"x":1},"a":1},"toString":"t"}',
    );
    const { claims } = readClaims(payload);
    expect(Object.keys(claims)).toEqual(['deep', 'toString']);
    expect(claims.roles).toBeUndefined();
    expect(Object.keys(claims.deep as object)).toEqual(['a']);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('that are too deep, too many or not clean are unknown, never cut', () => {
    let deep: unknown = 'x';
    for (let i = 0; i < 5_000; i++) deep = [deep];
    const large = Array.from({ length: 30_000 }, (_, i) => i);
    const { claims, unknown } = readClaims({
      a: 1,
      deep,
      long: 'x'.repeat(70_000),
      nul: 'a\0b',
      half: '\ud800',
      large,
    });
    expect(claims).toEqual({ a: 1 });
    expect(unknown).toEqual(['deep', 'long', 'nul', 'half', 'large']);
    const many = Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`c${i}`, i]));
    expect(Object.keys(readClaims(many).claims)).toHaveLength(500);
    expect(Object.keys(readWholePayload({ ...many, deep }))).toHaveLength(500);
  });

  it('hold ten thousand groups', () => {
    const groups = Array.from({ length: 10_000 }, () => TENANT);
    expect(readClaims({ groups })).toEqual({ claims: { groups }, unknown: [] });
  });

  it('that the token names elsewhere are unknown; odd pointers are passed over', () => {
    expect(readClaims({ _claim_names: { groups: 'src1', roles: 'src1' } }).unknown).toEqual([
      'groups',
      'roles',
    ]);
    for (const odd of [null, 'groups', ['groups'], 7]) {
      expect(readClaims({ _claim_names: odd })).toEqual({ claims: {}, unknown: [] });
    }
  });

  it('of a second token add to those of the first, also to what that one does not know', () => {
    const first = { claims: { a: 1 }, unknown: ['groups'] };
    const second = { claims: { a: 2, b: 2, groups: ['x'] }, unknown: ['c'] };
    expect(withClaimsOf(first, second)).toEqual({ claims: { a: 1, b: 2 }, unknown: ['groups', 'c'] });
  });
});

describe('what Entra says of an error', () => {
  const description = [
    "AADSTS50011: The redirect URI 'https://x' specified in the request does not match.",
    `Trace ID: ${TENANT}`,
    `Correlation ID: ${OTHER_TENANT}`,
    'Timestamp: 2026-01-15 12:00:00Z',
  ].join('\r\n');

  it('is read from the text alone', () => {
    expect(readDiagnosis({ error: 'invalid_request', error_description: description })).toEqual({
      error: 'invalid_request',
      code: 'AADSTS50011',
      description: 'AADSTS50011: The redirect URI https://x specified in the request does not match.',
      means: expect.stringContaining('not registered'),
      advice: expect.stringContaining('Copy our callback address'),
      traceId: TENANT,
      correlationId: OTHER_TENANT,
      timestamp: '2026-01-15 12:00:00Z',
    });
  });

  it('is read from the members of the body, which come first', () => {
    const body = {
      error: 'invalid_client',
      error_codes: [7000215],
      trace_id: OTHER_TENANT,
      timestamp: 'now',
    };
    expect(readDiagnosis(body)).toMatchObject({
      code: 'AADSTS7000215',
      advice: expect.stringContaining('not its id'),
      traceId: OTHER_TENANT,
      timestamp: 'now',
    });
  });

  it('has no advice for a number that nobody knows, and none for other providers', () => {
    expect(readDiagnosis({ error: 'x', error_description: 'AADSTS999999: new' })).toMatchObject({
      code: 'AADSTS999999',
      advice: null,
    });
    expect(readDiagnosis({ error: 'access_denied', error_description: 'No.' })).toMatchObject({
      code: null,
      advice: null,
    });
  });

  it('cannot act on a page, in a log or in a terminal', () => {
    const hostile = '<script>alert("x")</script>\r\nSet-Cookie: a=b\u001b[31m\u2028\u202e';
    const { error, description: shown } = readDiagnosis({ error: hostile, error_description: hostile });
    for (const each of [error, shown]) expect(each).not.toMatch(/[<>"'&\p{Cc}\p{Cf}\u2028]/u);
    expect(readDiagnosis({ error_description: 'x'.repeat(1e6) }).description).toHaveLength(500);
    expect(readDiagnosis({ error: ['x'], error_description: {}, error_codes: 'x' })).toMatchObject({
      error: 'unknown',
    });
  });
});
