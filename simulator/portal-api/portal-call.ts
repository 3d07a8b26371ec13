// One request to the portal's API: what a route is called with, how it refuses, and the reading of single members.

import type { AppRegistration } from '../login/app-registration.ts';
import type { LoginControl } from '../login/login-control.ts';
import type { Kind } from './contract.ts';
import type { ProvisioningDesk } from './provisioning-desk.ts';

/** Something that the portal will not do, said to whoever asked. */
export class PortalRefusal extends Error {
  readonly status: number;

  constructor(status: 400 | 404 | 409, message: string) {
    super(message);
    this.status = status;
  }
}

export const KINDS: readonly Kind[] = ['user', 'group'];

export interface PortalCall {
  readonly control: LoginControl;
  readonly desk: ProvisioningDesk;
  readonly urls: { readonly authority: string; readonly graph: string };
  readonly app: AppRegistration;
  readonly query: URLSearchParams;
  /** What stands for each `*` of the path. */
  readonly names: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
}

/** By method and path below `/portal/api`; `*` stands for one segment. What answers nothing answers 204. */
export type PortalRoutes = Readonly<Record<string, (call: PortalCall) => unknown>>;

export function textOf(body: PortalCall['body'], member: string): string {
  const value = body[member];
  if (typeof value === 'string') return value.trim();
  throw new PortalRefusal(400, `${member}: a text is needed`);
}

export function oneOf<Name extends string>(value: unknown, member: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === value);
  if (found === undefined) throw new PortalRefusal(400, `${member}: one of ${names.join(', ')}`);
  return found;
}

export function textsOf(body: PortalCall['body'], member: string): string[] {
  const value = body[member];
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw new PortalRefusal(400, `${member}: a list of texts is needed`);
}

const DEFAULT_LIMIT = 50;
const MOST_ROWS = 500;

/** The part of a list that was asked for: `?offset=` and `?limit=`. */
export function pageOf<Item>({ query }: PortalCall, found: readonly Item[]): Item[] {
  const limit = Math.min(Number(query.get('limit')) || DEFAULT_LIMIT, MOST_ROWS);
  const offset = Math.max(Number(query.get('offset')) || 0, 0);
  return found.slice(offset, offset + limit);
}

/** Whether one of the names has what was searched for in it. */
export function searched({ query }: PortalCall, ...names: readonly (string | undefined)[]): boolean {
  const wanted = (query.get('search') ?? '').trim().toLowerCase();
  return wanted === '' || names.some((name) => name?.toLowerCase().includes(wanted));
}
