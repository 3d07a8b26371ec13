// What is measured, by name, unit and label, and nothing else: whoever does something counts it here, edge/gauges.ts sets what
// is looked up, docs/metrics.md is made of it. No label holds a person, an id or an address as it came.

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** From a look-up of a millisecond to a list of many members. */
const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
/** From memory to a disk that is in trouble. */
const COMMIT_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
/** Up to what one transaction takes. */
const OPERATIONS = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** Counted as it happens. */
export function createMetrics({ version, engine }: { version: string; engine: string }) {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'bifrost_build_info',
    help: 'Always 1: which version this is, and what keeps its data.',
    labelNames: ['version', 'engine'],
    registers,
  }).set({ version, engine }, 1);
  return {
    registry,
    httpRequests: new Histogram({
      name: 'bifrost_http_request_duration_seconds',
      help: 'Requests by route (the pattern, "none" where nothing is), method and class of their status. A stream counts when it ends.',
      labelNames: ['method', 'route', 'status'],
      buckets: REQUEST_SECONDS,
      registers,
    }),
    scimRequests: new Counter({
      name: 'bifrost_scim_requests_total',
      help: 'SCIM requests and operations of Bulk requests, by provider ("" where no token named one), by what they did, and by result: ok, refused (4xx), failed (5xx).',
      labelNames: ['provider', 'action', 'result'],
      registers,
    }),
    rejectedCredentials: new Counter({
      name: 'bifrost_rejected_credentials_total',
      help: 'Credentials that were refused, by where (scim, api) and why: none, wrong, mistyped, revoked, expired, ended, off (the provider is), throttled (its address guessed too often).',
      labelNames: ['endpoint', 'reason'],
      registers,
    }),
    signIns: new Counter({
      name: 'bifrost_sign_ins_total',
      help: 'Sign-ins that ended, by provider ("break-glass" for passwords, "" where nobody began it here) and result: signed-in, or why not.',
      labelNames: ['provider', 'result'],
      registers,
    }),
    commits: new Histogram({
      name: 'bifrost_commit_duration_seconds',
      help: 'From the beginning of a transaction of SCIM or a sign-in until it is durable.',
      buckets: COMMIT_SECONDS,
      registers,
    }),
    commitOperations: new Histogram({
      name: 'bifrost_commit_operations',
      help: 'Operations that one transaction carried (group commit). On PostgreSQL each has its own.',
      buckets: OPERATIONS,
      registers,
    }),
    webhookTries: new Counter({
      name: 'bifrost_webhook_tries_total',
      help: 'Tries to deliver an event, by webhook and result: delivered, failed (it is tried again, or given up).',
      labelNames: ['webhook', 'result'],
      registers,
    }),
    storageUp: new Gauge({
      name: 'bifrost_storage_up',
      help: '1 when the storage answered the last look, else 0.',
      registers,
    }),
    diskFull: new Gauge({
      name: 'bifrost_disk_full',
      help: '1 from a change that the disk of the storage had no room for until one that it took, else 0.',
      registers,
    }),
    deaf: new Gauge({
      name: 'bifrost_replica_deaf_seconds',
      help: 'For how long this replica has not heard of the others by LISTEN and goes by looking. 0 while it hears, and on SQLite.',
      registers,
    }),
    stopping: new Gauge({
      name: 'bifrost_stopping',
      help: '1 once the server was told to stop, else 0.',
      registers,
    }),
    lookedUp: createGauges(registry),
  };
}

/** Looked up when somebody asks. Without a value: there is nothing of the kind, or the storage does not answer. */
function createGauges(registry: Registry) {
  const gauge = <Label extends string = never>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  return {
    clockAhead: gauge(
      'bifrost_clock_ahead_seconds',
      'By how much the clock of this machine is ahead of the storage, which all replicas share. 0 on SQLite.',
    ),
    lastPosition: gauge('bifrost_last_event_position', 'Position of the last event in the feed.'),
    feedLag: gauge(
      'bifrost_feed_lag_seconds',
      'Age of the oldest committed event that has no place in the feed yet. 0 on SQLite, which has none.',
    ),
    jobsWaiting: gauge('bifrost_jobs_waiting', 'Jobs that wait or are under way.', 'kind'),
    jobsOldest: gauge('bifrost_jobs_oldest_age_seconds', 'Age of the oldest of them.', 'kind'),
    jobsFailing: gauge('bifrost_jobs_failing', 'Those of them that broke and are tried again.', 'kind'),
    usersToResolve: gauge(
      'bifrost_users_to_resolve',
      'At most so many users are still to be resolved with the current rules.',
    ),
    webhookWaiting: gauge(
      'bifrost_webhook_waiting',
      'Deliveries that wait for their turn or their next try.',
      'webhook',
    ),
    webhookOldest: gauge(
      'bifrost_webhook_oldest_age_seconds',
      'Age of the delivery that has waited longest; 0 when none waits.',
      'webhook',
    ),
    webhookBehind: gauge(
      'bifrost_webhook_behind_events',
      'Events of the feed it has not come to.',
      'webhook',
    ),
    webhookPaused: gauge('bifrost_webhook_paused', '1 while nothing is sent to it, else 0.', 'webhook'),
    lastContact: gauge(
      'bifrost_scim_last_contact_timestamp_seconds',
      'When a provisioning token of the provider was last used, to the minute.',
      'provider',
    ),
    tokensEnd: gauge(
      'bifrost_provisioning_tokens_end_timestamp_seconds',
      'When the last live provisioning token ends, in the past when it has. Without a value: one of them does not end.',
      'provider',
    ),
    secretEnds: gauge(
      'bifrost_client_secret_ends_timestamp_seconds',
      'When the client secret ends, as the provider or an administrator said it.',
      'provider',
    ),
    heldBatches: gauge(
      'bifrost_held_batches',
      'Batches that the guard holds until a person decides.',
      'provider',
    ),
    reconciled: gauge(
      'bifrost_reconciliation_complete_timestamp_seconds',
      'When a comparison with the directory was last complete.',
      'provider',
    ),
    reconciliation: gauge(
      'bifrost_reconciliation_last_result',
      '1 for what the last comparison that ended came to, 0 for the others: complete, partial, failed, cancelled.',
      'provider',
      'result',
    ),
    drift: gauge(
      'bifrost_drift',
      'Differences that the last comparison found, by category, whatever became of them.',
      'provider',
      'category',
    ),
  };
}

/** No value at all, which tells more than one that was true a while ago. */
export function forget(gauge: Gauge<string>): void {
  gauge.reset();
  gauge.remove({});
}

export type Metrics = ReturnType<typeof createMetrics>;
