// What a provisioning job did, as the portal shows it: an entry for each person and group of a run, the requests as they were
// sent, and how far the run under way has come. Keeps the last of each; how entries read is `log-entry.ts`.

import type { Exchange } from '../agent/connection.ts';
import type { Failure } from '../agent/failure.ts';
import type { About, Decision, Witness } from '../agent/witness.ts';
import type { Tenant } from '../tenant.ts';
import type { ExchangeJson, RunJson } from './contract.ts';

/** Everything about one person or group in one run. */
export interface Entry {
  readonly id: number;
  readonly at: number;
  readonly run: string;
  readonly about: About;
  readonly displayName: string;
  /** User name of a person; empty for groups. */
  readonly name: string;
  /** As the directory has it at that time; null where it is gone. */
  readonly imported: readonly (readonly [name: string, value: string])[] | null;
  readonly decisions: Decision[];
  readonly failures: Failure[];
  readonly exchanges: ExchangeJson[];
}

export interface Run {
  readonly name: string;
  readonly tenant: Tenant;
  /** Who has gone since is looked up here. */
  readonly before: Tenant | null;
  /** On demand, what needed nothing is told too. */
  readonly keepsAll: boolean;
  now(): number;
}

export interface ProvisioningLog extends Witness {
  begin(run: Run): void;
  end(): void;
  /** The last first. */
  entries(): readonly Entry[];
  /** Requests with a higher number than this, oldest first; all of them where it is of a run of Local Entra that has ended. */
  exchangesAfter(number: number): readonly ExchangeJson[];
  running(): RunJson | null;
  clear(): void;
}

const KEPT_ENTRIES = 2_000;
const KEPT_EXCHANGES = 200;
/** Of one entry: a group has a request for each of its members. */
const SHOWN_OF_ENTRY = 40;
const SHOWN_CHARACTERS = 8_000;

export function newProvisioningLog(): ProvisioningLog {
  let kept: Entry[] = [];
  let exchanges: ExchangeJson[] = [];
  let open = new Map<string, Entry>();
  let run: Run | null = null;
  let progress = { planned: 0, worked: 0 };
  let ids = 0;
  let numbers = 0;

  const entryOf = (about: About): Entry | null => {
    if (!run) return null;
    const key = `${about.name} ${about.objectId}`;
    const known = open.get(key);
    if (known) return known;
    ids += 1;
    const made = newEntry(ids, about, run);
    open.set(key, made);
    return made;
  };
  return {
    begin(wanted) {
      run = wanted;
      open = new Map();
      progress = { planned: 0, worked: 0 };
    },
    end() {
      const isKept = run?.keepsAll ? () => true : isOfInterest;
      kept = [...kept, ...[...open.values()].filter(isKept)].slice(-KEPT_ENTRIES);
      run = null;
      open = new Map();
    },
    // Of the run under way too: what was written can be watched.
    entries: () => [...kept, ...[...open.values()].filter(isOfInterest)].reverse(),
    exchangesAfter: (number) =>
      number > numbers ? exchanges : exchanges.filter((one) => one.number > number),
    running: () => run && { name: run.name, ...progress },
    clear() {
      kept = [];
      exchanges = [];
    },
    planned(pieces) {
      progress = { ...progress, planned: pieces };
    },
    worked(pieces) {
      progress = { ...progress, worked: progress.worked + pieces };
    },
    decided(about, decision) {
      const entry = entryOf(about);
      if (entry && entry.decisions.length < SHOWN_OF_ENTRY) entry.decisions.push(decision);
    },
    sent(exchange) {
      const entry = exchange.about && entryOf(exchange.about);
      numbers += 1;
      const shown = showExchange(exchange, numbers, run, entry?.displayName ?? null);
      exchanges = [...exchanges.slice(1 - KEPT_EXCHANGES), shown];
      if (entry && entry.exchanges.length < SHOWN_OF_ENTRY) entry.exchanges.push(shown);
    },
    failed(about, failure) {
      const entry = about && entryOf(about);
      if (entry && entry.failures.length < SHOWN_OF_ENTRY) entry.failures.push(failure);
    },
  };
}

/** Whoever is not in scope, or as they should be, is no news in a cycle. */
function isOfInterest({ decisions, failures }: Entry): boolean {
  if (failures.length > 0) return true;
  const isOut = decisions.some((one) => one.step === 'scope' && !one.isInScope);
  return decisions.some(
    (one) => one.step === 'action' && one.action !== 'none' && (one.action !== 'skip' || !isOut),
  );
}

function newEntry(id: number, about: About, run: Run): Entry {
  const { tenant, before } = run;
  const { objectId } = about;
  const made = { id, at: run.now(), run: run.name, about, decisions: [], failures: [], exchanges: [] };
  if (about.name === 'group') {
    const group = tenant.groups.get(objectId);
    const displayName = (group ?? before?.groups.get(objectId))?.displayName ?? objectId;
    const facts = [
      ['objectId', objectId],
      ['displayName', displayName],
      ['members', String(group?.memberIds.size)],
    ] as const;
    return { ...made, displayName, name: '', imported: group ? facts : null };
  }
  const user = tenant.users.get(objectId);
  const known = user ?? before?.users.get(objectId);
  const shown = ['objectId', 'userPrincipalName', 'displayName', 'mail', 'department', 'jobTitle'] as const;
  const facts = user && [
    ...shown.map((name) => [name, user[name] ?? ''] as const),
    ['accountEnabled', String(user.accountEnabled)] as const,
    ['IsSoftDeleted', String(user.softDeleted)] as const,
  ];
  return {
    ...made,
    displayName: known?.displayName ?? objectId,
    name: known?.userPrincipalName ?? '',
    imported: facts ?? null,
  };
}

function showExchange(
  exchange: Exchange,
  number: number,
  run: Run | null,
  identity: string | null,
): ExchangeJson {
  const { method, path, status, body, text, error, milliseconds } = exchange;
  return {
    number,
    at: new Date(run?.now() ?? 0).toISOString(),
    run: run?.name ?? '',
    identity,
    ...{ method, path, status, milliseconds: Math.round(milliseconds * 10) / 10 },
    sent: body ?? null,
    answer: status === 0 ? error : readAnswer(text),
  };
}

function readAnswer(text: string): unknown {
  if (text === '') return null;
  const shown = text.slice(0, SHOWN_CHARACTERS);
  try {
    return shown === text ? JSON.parse(text) : shown;
  } catch {
    // Not JSON: what was answered is shown as it came.
    return shown;
  }
}
