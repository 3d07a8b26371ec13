// What it takes to reach a provider: the way out, time, secrets, and what is remembered of earlier answers. Built once
// in main.ts and passed by argument to everything in this room; holds no state of a person.

import type { Clock } from '../clock.ts';
import type { Provider, SecretName } from '../identity/provider.ts';
import type { Outbound } from '../outbound.ts';
import type { Kept } from './kept.ts';
import type { Metadata } from './metadata.ts';
import type { KeySet } from './signing-keys.ts';

export interface ReachOptions {
  readonly outbound: Pick<Outbound, 'fetch'>;
  readonly clock: Clock;
  /** BIFROST_DEVELOPMENT=1: stand-ins for Entra and Graph are allowed. */
  readonly development: boolean;
  /** The client secret, or the one that is named, in the clear; null where the provider has none. */
  readonly secretOf: (provider: Provider, name?: SecretName) => string | null;
  /** Resolves after so many milliseconds. */
  readonly wait?: (ms: number) => Promise<void>;
  /** From 0 up to 1, for jitter. */
  readonly random?: () => number;
}

export interface Reach extends Required<ReachOptions> {
  /** Of this process alone: every replica learns for itself. */
  readonly memory: {
    /** By the address of the discovery document. */
    readonly metadata: Map<string, Kept<Metadata>>;
    /** By the address of the key set. */
    readonly keySets: Map<string, KeySet>;
    /** By token endpoint, client and secret. */
    readonly appTokens: Map<string, AppTokens>;
    /** Hashes of states that were completed, and when. */
    readonly completed: Map<string, number>;
  };
}

/** The application's own token for Graph, or for another directory. */
export interface AppTokens {
  /** Rejects with a SignInRefusal. */
  get(): Promise<string>;
  /** Past what is kept: permissions granted since are in the new one. Rejects with a SignInRefusal. */
  renew(): Promise<string>;
  /** It was not taken: the next one is fetched. */
  drop(token: string): void;
}

export function reach(options: ReachOptions): Reach {
  return {
    wait: (ms) => new Promise((done) => setTimeout(done, ms).unref()),
    random: Math.random,
    ...options,
    memory: emptyMemory(),
  };
}

function emptyMemory(): Reach['memory'] {
  return { metadata: new Map(), keySets: new Map(), appTokens: new Map(), completed: new Map() };
}

/**
 * For one task that somebody waits for: every request ends within `stepMs`, all of them within `totalMs` from now on.
 * It starts without memory and leaves none: what is kept for sign-ins must not end with the task, and a draft of a
 * provider is nobody's.
 */
export function boundedReach(reach: Reach, { stepMs, totalMs }: { stepMs: number; totalMs: number }): Reach {
  const endsAt = performance.now() + totalMs;
  const leftMs = () => Math.max(1, Math.floor(endsAt - performance.now()));
  return {
    ...reach,
    outbound: {
      fetch: (url, request = {}) => {
        const timeoutMs = Math.min(request.timeoutMs ?? stepMs, stepMs, leftMs());
        return reach.outbound.fetch(url, { ...request, timeoutMs });
      },
    },
    wait: (ms) => reach.wait(Math.min(ms, leftMs())),
    memory: emptyMemory(),
  };
}
