// Webhooks as people set them: made, changed by their revision, removed, sent back to an earlier place in the feed.

import { fold } from '../../../fold.ts';
import type { EventDraft } from '../../../identity/event.ts';
import type { SealedSecret } from '../../../identity/provider.ts';
import { Refusal } from '../../../refusal.ts';
import type { Change, Ledger } from '../../ledger.ts';
import {
  type PauseReason,
  type Webhook,
  type WebhookSettings,
  type Webhooks,
  webhookIdentity,
} from '../../webhooks.ts';
import type { Hands } from '../hands.ts';
import { all, marks, one, type Script, UniqueViolation, type Value, write } from '../statement.ts';

interface WebhookColumns {
  id: string;
  name: string;
  url: string;
  types: string;
  providers: string;
  secret: string;
  former_secret: string | null;
  former_until: number | null;
  revision: number;
  created_at: number;
  position: number;
  paused_at: number | null;
  pause_reason: PauseReason | null;
  failing_since: number | null;
  failures: number;
  delivered_at: number | null;
}

const columns =
  'id, name, url, types, providers, secret, former_secret, former_until, revision, created_at, position, paused_at, pause_reason, failing_since, failures, delivered_at';

type OfRows = Pick<Webhooks, 'list' | 'find' | 'add' | 'save' | 'remove' | 'replay' | 'sealedSecrets'>;

export function webhookRows(hands: Hands): OfRows {
  const told = (tell: EventDraft, by: Change) => hands.tell([tell], { ...by, provider: null });
  return {
    list: () =>
      hands.read(function* () {
        const sql = `SELECT ${columns} FROM webhooks ORDER BY name_folded`;
        return (yield* all<WebhookColumns>(sql)).map(readWebhook);
      }),
    find: (id) => hands.read(() => findWebhook(id)),
    add: (webhook, by, tell) =>
      hands.write(function* () {
        yield* insert(webhook);
        yield* told(tell, by);
      }),
    save: (id, to, expected, by, { tell, anew }) =>
      hands.write(function* () {
        yield* update(id, to, expected);
        if (anew) yield* beginAnew(id, by.at);
        yield* told(tell, by);
      }),
    remove: (id, by, tell) =>
      hands.write(function* () {
        if ((yield* write('DELETE FROM webhooks WHERE id = ?', id)) === 0) return false;
        yield* told(tell, by);
        return true;
      }),
    replay: (id, after, by, tell) =>
      hands.write(function* () {
        if ((yield* write('UPDATE webhooks SET position = ? WHERE id = ?', after, id)) === 0) return false;
        // They are made anew when the feed is read again from there.
        const later =
          "DELETE FROM webhook_deliveries WHERE webhook = ? AND state = 'waiting' AND position > ?";
        yield* write(later, id, after);
        yield* told(tell, by);
        return true;
      }),
    sealedSecrets: () => hands.read(sealedRows),
  };
}

export function* findWebhook(id: string): Script<Webhook | null> {
  const row = yield* one<WebhookColumns>(`SELECT ${columns} FROM webhooks WHERE id = ?`, id);
  return row ? readWebhook(row) : null;
}

function* insert(webhook: Webhook): Script<void> {
  const { id, revision, createdAt, position } = webhook;
  const values = [...settingValues(webhook), id, revision, createdAt, position, 0];
  const names = `${settingNames.join(', ')}, id, revision, created_at, position, failures`;
  yield* unique(
    webhook.name,
    write(`INSERT INTO webhooks (${names}) VALUES ${marks(1, values.length)}`, ...values),
  );
}

function* update(id: string, to: WebhookSettings, expected: number): Script<void> {
  const sets = settingNames.map((name) => `${name} = ?`).join(', ');
  const sql = `UPDATE webhooks SET ${sets}, revision = revision + 1 WHERE id = ? AND revision = ?`;
  const changed = yield* unique(to.name, write(sql, ...settingValues(to), id, expected));
  if (changed !== 1) throw new Refusal('stale', 'The webhook was changed by somebody else. Read it again.');
}

function* unique<Answer>(name: string, script: Script<Answer>): Script<Answer> {
  try {
    return yield* script;
  } catch (error) {
    if (!(error instanceof UniqueViolation)) throw error;
    throw new Refusal('uniqueness', `Another webhook is called ${name}.`);
  }
}

function* beginAnew(id: string, at: number): Script<void> {
  yield* write('UPDATE webhooks SET failing_since = NULL, failures = 0 WHERE id = ?', id);
  yield* write(
    `UPDATE webhook_deliveries SET attempts = 0, first_at = NULL, next_at = ? WHERE webhook = ? AND state = 'waiting'`,
    at,
    id,
  );
}

const settingNames = [
  'name',
  'name_folded',
  'url',
  'types',
  'providers',
  'secret',
  'former_secret',
  'former_until',
  'paused_at',
  'pause_reason',
] as const;

function settingValues(to: WebhookSettings): Value[] {
  return [
    to.name,
    fold(to.name),
    to.url,
    JSON.stringify(to.types),
    JSON.stringify(to.providers),
    to.secret,
    to.formerSecret,
    to.formerUntil,
    to.pausedAt,
    to.pauseReason,
  ];
}

function readWebhook(row: WebhookColumns): Webhook {
  return {
    id: row.id,
    name: row.name,
    url: row.url,
    types: JSON.parse(row.types) as string[],
    providers: JSON.parse(row.providers) as string[],
    secret: row.secret,
    formerSecret: row.former_secret,
    formerUntil: row.former_until,
    revision: row.revision,
    createdAt: row.created_at,
    position: row.position,
    pausedAt: row.paused_at,
    pauseReason: row.pause_reason,
    failingSince: row.failing_since,
    failures: row.failures,
    deliveredAt: row.delivered_at,
  };
}

// --- secrets at rest --------------------------------------------------------------------------------------------

const sealedColumns = ['secret', 'former_secret'] as const;
type SealedRow = { id: string } & Record<(typeof sealedColumns)[number], string | null>;

function* sealedRows(): Script<SealedSecret[]> {
  const rows = yield* all<SealedRow>('SELECT id, secret, former_secret FROM webhooks ORDER BY id');
  return rows.flatMap((row) =>
    sealedColumns.flatMap((column) => {
      const sealed = row[column];
      return sealed === null ? [] : [{ identity: webhookIdentity(row.id), sealed }];
    }),
  );
}

/** When the key changes. Gives how many it sealed anew. */
export function* resealWebhooks(anew: Parameters<Ledger['reseal']>[0]): Script<number> {
  let count = 0;
  for (const row of yield* all<SealedRow>('SELECT id, secret, former_secret FROM webhooks ORDER BY id')) {
    for (const column of sealedColumns) {
      const sealed = row[column];
      const next = sealed && anew({ identity: webhookIdentity(row.id), sealed });
      if (next === sealed) continue;
      const sql = `UPDATE webhooks SET ${column} = ? WHERE id = ? AND ${column} = ?`;
      if ((yield* write(sql, next, row.id, sealed)) !== 1) {
        throw new Refusal('stale', 'A webhook was changed at the same moment. Do it again.');
      }
      count++;
    }
  }
  return count;
}
