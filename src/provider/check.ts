// One named check of a provider, as its verification reports it.

import type { SignInRefusal } from './sign-in-refusal.ts';

export type CheckName =
  | 'settings'
  | 'discovery'
  | 'issuer'
  | 'keys'
  | 'clock'
  | 'clientSecret'
  | 'redirectUri'
  | 'discoverRedirectUri'
  | `permission:${GraphPermission}`
  | 'assignment';

/** What is asked of Graph at most: reading alone. */
export const GRAPH_PERMISSIONS = ['User.Read.All', 'GroupMember.Read.All', 'Application.Read.All'] as const;
export type GraphPermission = (typeof GRAPH_PERMISSIONS)[number];

export interface Check {
  readonly name: CheckName;
  /** `skipped`: it does not apply, or could not be told. */
  readonly state: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly sentence: string;
  /** What to do; null where there is nothing. */
  readonly advice: string | null;
}

export function ok(name: CheckName, sentence: string): Check {
  return { name, state: 'ok', sentence, advice: null };
}

export function warning(name: CheckName, sentence: string, advice: string): Check {
  return { name, state: 'warning', sentence, advice };
}

export function failed(name: CheckName, sentence: string, advice: string): Check {
  return { name, state: 'failed', sentence, advice };
}

export function skipped(name: CheckName, sentence: string): Check {
  return { name, state: 'skipped', sentence, advice: null };
}

/** What a refusal of sign-in would say to the administrator. */
export function refusedCheck(name: CheckName, refusal: SignInRefusal): Check {
  const { detail, diagnosis, advice, message } = refusal;
  const said =
    diagnosis && [diagnosis.code ?? diagnosis.error, diagnosis.means ?? diagnosis.description].join(': ');
  return failed(name, said ?? detail ?? message, advice);
}
