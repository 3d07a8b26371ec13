// How an entry of the provisioning log reads: its action and status, and the four steps of provision on demand with what each
// found and did.

import type { Failure } from '../agent/failure.ts';
import type { Decision } from '../agent/witness.ts';
import type { LogEntryJson, LogRowJson, PropertyJson, StepJson } from './contract.ts';
import type { Entry } from './provisioning-log.ts';

type Of<Step extends Decision['step']> = Extract<Decision, { readonly step: Step }>;

function decisions<Step extends Decision['step']>(entry: Entry, step: Step): Of<Step>[] {
  return entry.decisions.filter((one): one is Of<Step> => one.step === step);
}

const hasFailed = ({ status }: Failure): boolean => status === 0 || status >= 300;

export function showRow(entry: Entry): LogRowJson {
  const { id, at, run, about, displayName, name } = entry;
  return {
    id,
    at: new Date(at).toISOString(),
    run,
    kind: about.name,
    objectId: about.objectId,
    displayName,
    name,
    action: actionOf(entry),
    status: statusOf(entry),
  };
}

function actionOf(entry: Entry): LogRowJson['action'] {
  const actions = decisions(entry, 'action');
  const made = actions.find(({ action }) => action === 'create' || action === 'delete');
  if (made) return made.action === 'create' ? 'Create' : 'Delete';
  if (!actions.some(({ action }) => action === 'update')) return 'Other';
  return modifiedOf(entry).some(({ name, to }) => name === 'active' && to === false) ? 'Disable' : 'Update';
}

function statusOf(entry: Entry): LogRowJson['status'] {
  if (entry.failures.some(hasFailed)) return 'Failure';
  if (entry.failures.length > 0) return 'Warning';
  const isWritten = decisions(entry, 'action').some(({ action }) => action !== 'none' && action !== 'skip');
  return isWritten ? 'Success' : 'Skipped';
}

function modifiedOf(entry: Entry): PropertyJson[] {
  return decisions(entry, 'action').flatMap(({ changes }) => changes.map((one) => ({ ...one })));
}

export function showEntry(entry: Entry): LogEntryJson {
  return {
    ...showRow(entry),
    steps: stepsOf(entry),
    modified: modifiedOf(entry),
    errors: entry.failures.map((failure) => ({
      code: failure.entra,
      says: failure.problem,
      answer: failure.detail,
      status: failure.status,
      isWarning: !hasFailed(failure),
    })),
    exchanges: entry.exchanges,
  };
}

/** A step that was never reached is not shown, as in Entra. */
function stepsOf(entry: Entry): StepJson[] {
  return [importStep(entry), scopeStep(entry), matchStep(entry), actionStep(entry)].filter(
    (one) => one !== null,
  );
}

function importStep({ about, imported }: Entry): StepJson {
  const title = `Import ${about.name}`;
  if (imported === null) {
    return {
      ...{ name: 'import', title, outcome: 'skipped', facts: [] },
      says: `The ${about.name} is no longer in Local Entra.`,
    };
  }
  return {
    ...{ name: 'import', title, outcome: 'success' },
    says: `Retrieved the ${about.name} from Local Entra.`,
    facts: [...imported],
  };
}

function scopeStep(entry: Entry): StepJson | null {
  const decision = decisions(entry, 'scope')[0];
  if (!decision) return null;
  const { isInScope, active } = decision;
  const isUser = entry.about.name === 'user';
  return {
    name: 'scope',
    title: `Determine if ${entry.about.name} is in scope`,
    outcome: isInScope ? 'success' : 'skipped',
    says: isInScope
      ? `The ${entry.about.name} is assigned to the application, or the scope is everybody.`
      : `The ${entry.about.name} is not assigned to the application (NotEffectivelyEntitled).`,
    facts: isUser ? [['active', String(active)]] : [],
  };
}

function matchStep(entry: Entry): StepJson | null {
  const matches = decisions(entry, 'match');
  const last = matches.at(-1);
  const failure = entry.failures.find((one) => one.method === 'GET' && hasFailed(one));
  if (!last && !failure) return null;
  const found = last?.foundId ?? null;
  return {
    name: 'match',
    title: `Match ${entry.about.name} between source and target system`,
    outcome: failure ? 'failure' : 'success',
    says: failure
      ? `The application could not be asked: ${failure.problem}.`
      : found === null
        ? 'The application has none that matches.'
        : 'The application has it.',
    facts: matches.map(({ attribute, value, foundId }) => [
      `${attribute} eq "${value}"`,
      foundId === null ? 'not found' : `found, id ${foundId}`,
    ]),
  };
}

const SAYS = {
  create: 'Created in the application.',
  update: 'Updated in the application.',
  delete: 'Deleted from the application.',
  none: 'Nothing was to be changed: the application has it already as it should be.',
  skip: 'Nothing was sent.',
} as const;

function actionStep(entry: Entry): StepJson | null {
  const action =
    decisions(entry, 'action').find(({ action: one }) => one !== 'none') ?? decisions(entry, 'action')[0];
  if (!action) return null;
  const failure = entry.failures.find((one) => one.method !== 'GET' && hasFailed(one));
  const isIdle = action.action === 'none' || action.action === 'skip';
  return {
    name: 'action',
    title: 'Perform action',
    outcome: failure ? 'failure' : isIdle ? 'skipped' : 'success',
    says: failure ? `${failure.entra}: ${failure.problem}.` : SAYS[action.action],
    facts: failure && failure.detail !== '' ? [['The application said', failure.detail]] : [],
  };
}
