// One route of the control API: what it says of itself, what it is called with, and the reading of single members.

import { ControlError, type LoginControl } from './login-control.ts';

export type Body = Readonly<Record<string, unknown>>;

export interface ControlCall {
  readonly control: LoginControl;
  readonly query: URLSearchParams;
  /** The person, group, role or snapshot of the path. */
  readonly name: string;
  readonly body: Body;
}

export interface ControlRoute {
  readonly says: string;
  readonly answer: (call: ControlCall) => unknown;
}

/** By method and path; `*` stands for one segment. A route that answers nothing answers 204. */
export type ControlRoutes = Readonly<Record<string, ControlRoute>>;

/** Somebody: who it is, is found out where the order is carried out. */
export function person(value: unknown, member = 'user'): string {
  if (typeof value === 'string') return value;
  throw new ControlError(`${member}: an object id, a user name or a mail address`);
}

export function textList(value: unknown, member: string): string[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw new ControlError(`${member}: a list of texts`);
}

export function number(value: unknown, member: string, least: number, most: number): number {
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw new ControlError(`${member}: a number from ${least} to ${most}`);
}
