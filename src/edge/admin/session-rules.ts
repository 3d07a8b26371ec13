// How long sessions last, and when their claims are read again: of the configuration file where it says so, else of whoever edits
// it here.

import { type Static, Type } from 'typebox';
import { durationMs, isDuration } from '../../config-schema.ts';
import { equalJson } from '../../scim/json.ts';
import type { Parts } from '../parts.ts';
import { count, text } from './contract.ts';
import { isLockedSetting, refuseLockedSetting } from './lock.ts';
import { badInput, type InputProblem } from './read-input.ts';
import { changeBy, type Route, route } from './route.ts';
import { checkIfMatch, revisionTag } from './version-check.ts';

const SETTING = 'sessions';

const rules = {
  refreshAfter: text(
    'Claims older than this are read again on demand: a whole number and s, m, h or d, such as 15m.',
  ),
  cap: text('A session ends after this in any case, such as 30d. Counts for sessions that have begun, too.'),
};

const sessionRulesShape = Type.Object({
  ...rules,
  revision: count('Also its ETag; 0 until it was first set.'),
  locked: Type.Boolean({ description: 'The configuration file declares them, and owns them.' }),
});
export type SessionRulesJson = Static<typeof sessionRulesShape>;

type RuleParts = Pick<Parts, 'ledger' | 'settings'>;

async function readRules({ ledger, settings }: RuleParts): Promise<SessionRulesJson> {
  const { refreshAfter, cap } = settings.sessions;
  const locked = isLockedSetting(settings, SETTING);
  const stored = locked ? null : await ledger.ownSettings.read(SETTING);
  const own = (stored?.value ?? {}) as Partial<Pick<SessionRulesJson, 'refreshAfter' | 'cap'>>;
  return {
    refreshAfter: own.refreshAfter ?? refreshAfter,
    cap: own.cap ?? cap,
    revision: stored?.revision ?? 0,
    locked,
  };
}

/** As they are at this moment, in milliseconds. */
export async function sessionRules(parts: RuleParts): Promise<ReturnType<Parts['sessionRules']>> {
  const { refreshAfter, cap } = await readRules(parts);
  return { refreshAfterMs: durationMs(refreshAfter), capMs: durationMs(cap) };
}

const getRules = route({
  method: 'GET',
  path: '/settings/sessions',
  permission: { resource: 'settings', operation: 'read' },
  summary: 'How long sessions last, and when claims are read again',
  response: sessionRulesShape,
  versioned: true,
  async handle({ parts }) {
    const body = await readRules(parts);
    return { headers: { etag: revisionTag(body.revision) }, body };
  },
});

const putRules = route({
  method: 'PUT',
  path: '/settings/sessions',
  permission: { resource: 'settings', operation: 'edit' },
  summary: 'Change how long sessions last, and when claims are read again',
  description: 'In effect on every replica within a second, for sessions that have begun too.',
  body: Type.Object(
    {
      refreshAfter: Type.String({ maxLength: 12 }),
      cap: Type.String({ maxLength: 12 }),
    },
    { additionalProperties: false },
  ),
  response: sessionRulesShape,
  versioned: true,
  refuses: { 409: 'The configuration file owns them' },
  async handle(call) {
    const { parts, body, ifMatch } = call;
    refuseLockedSetting(parts.settings, SETTING);
    const before = await readRules(parts);
    checkIfMatch(ifMatch, revisionTag(before.revision));
    refuseWrong(body);
    const wanted = { refreshAfter: body.refreshAfter, cap: body.cap };
    if (equalJson(wanted, { refreshAfter: before.refreshAfter, cap: before.cap })) {
      return { headers: { etag: revisionTag(before.revision) }, body: before };
    }
    const revision = await parts.ledger.ownSettings.save(SETTING, wanted, before.revision, changeBy(call));
    return { headers: { etag: revisionTag(revision) }, body: { ...wanted, revision, locked: false } };
  },
});

function refuseWrong({ refreshAfter, cap }: { refreshAfter: string; cap: string }): void {
  const problems: InputProblem[] = Object.entries({ refreshAfter, cap })
    .filter(([, value]) => !isDuration(value))
    .map(([name]) => ({
      path: `/${name}`,
      problem: 'is no duration: write a whole number and s, m, h or d, such as 15m, of 3650 days at most',
    }));
  if (problems.length === 0 && durationMs(cap) < durationMs(refreshAfter)) {
    problems.push({ path: '/cap', problem: 'ends a session before its claims are read again' });
  }
  if (problems.length > 0) throw badInput('The body', problems);
}

export const sessionRuleRoutes: readonly Route[] = [getRules, putRules];
