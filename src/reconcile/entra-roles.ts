// The application's roles, by which assignments are read: asked for when they are first needed, and again when an
// assignment names one that is not among them.

import { type Failed, outcome, outcomeOf } from './entra-pages.ts';
import { applicationQuestion } from './entra-parts.ts';
import { type Application, readApplication } from './entra-rows.ts';
import type { GraphCaller } from './graph-caller.ts';

export interface EntraRoles {
  /** As it is now. */
  application(signal: AbortSignal): Promise<Application | Failed>;
  /**
   * The values by role id, after a look that would have found all of these. An id without a value is of a role that was
   * deleted while somebody had it: the assignment stays and lets them in, and a token has no role for it either. So that is
   * read whole; were it "limited", one such leftover would keep everybody from ever losing anything.
   */
  valuesOf(ids: readonly string[], signal: AbortSignal): Promise<Application['roles'] | Failed>;
}

export function entraRoles(caller: GraphCaller, clientId: string): EntraRoles {
  let known: Application['roles'] | null = null;
  const leftovers = new Set<string>();
  const application = async (signal: AbortSignal) => {
    const answer = await caller.get(applicationQuestion(clientId), signal);
    if (!answer.ok) return outcomeOf(answer, { kind: 'application' }, null, undefined);
    const read = readApplication(answer.body);
    if (read === null) return outcome('failed', 'Graph does not show the roles of the application.');
    known = read.roles;
    return read;
  };
  return {
    application,
    async valuesOf(ids, signal) {
      if (ids.every((id) => known?.has(id) || leftovers.has(id))) return known ?? new Map();
      const read = await application(signal);
      if (!('roles' in read)) return read;
      for (const id of ids) if (!read.roles.has(id)) leftovers.add(id);
      return read.roles;
    },
  };
}
