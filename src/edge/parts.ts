// What every route is given: built once in main.ts, passed by argument, never global.

import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Settings } from '../config.ts';
import type { KeyRing } from '../key-ring.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Metrics } from '../metrics.ts';
import type { Delivering } from '../outbox/delivering.ts';
import type { Reach } from '../provider/reach.ts';
import type { Reconciling } from '../reconcile/reconciling.ts';
import type { Passwords } from './oidc/passwords.ts';

export interface Parts {
  ledger: Ledger;
  clock: Clock;
  settings: Settings;
  log: Logger;
  metrics: Metrics;
  keys: KeyRing;
  version: string;
  /** Of break-glass administrators. */
  passwords: Passwords;
  /** The way to identity providers. */
  reach: Reach;
  /** Comparing with directories, beside the requests. */
  reconciling: Reconciling;
  /** Telling webhooks what happened, beside the requests. */
  delivering: Delivering;
  /** How the world reaches us, without a slash at the end; known once the server listens. */
  publicUrl(): string;
  /** True for a request that came by the socket in the data directory (the operator's own shell). */
  isLocal(request: IncomingMessage): boolean;
  /** True for what this process asks itself, as a start does for what it says: nobody called. */
  isOwn(request: IncomingMessage): boolean;
  /** How long sessions last, as administrators have it by now. */
  sessionRules(): { readonly refreshAfterMs: number; readonly capMs: number };
  /** Persisted digests of the API keys that the configuration file declares. */
  apiKeys: readonly DeclaredApiKey[];
  /** It was told to stop, and sends whoever asks whether it is ready elsewhere. */
  isStopping(): boolean;
  /** Tells whoever does jobs that there may be one. */
  wakeWork(): void;
}

export interface DeclaredApiKey {
  id: string;
  name: string;
  role: string;
  /** Only these of the role's; null: all of them. */
  permissions: readonly string[] | null;
  /** SHA-256, hex. */
  hash: string;
}
