// The public keys that evidence is checked with: of a file, of an address, or of the server that the commands speak to. Never of the
// pack itself: whoever made a false one would name a key of their own.

import { readFileSync } from 'node:fs';
import { EVIDENCE_KEYS_PATH, type EvidenceKey, readEvidenceKeys } from '../evidence/signing.ts';
import type { Api } from './api.ts';
import { CliFailure, exit, usageFailure } from './failure.ts';

const TIMEOUT_MS = 15_000;
/** A key has a hundred bytes. */
const BYTES_MOST = 1024 * 1024;

export interface TrustedKeys {
  readonly keys: readonly EvidenceKey[];
  /** Who says so, for messages. */
  readonly from: string;
}

export async function keysOfServer(api: Api): Promise<TrustedKeys> {
  const found = await api.get<object>(EVIDENCE_KEYS_PATH);
  return { keys: readEvidenceKeys(JSON.stringify(found)), from: `the server at ${api.name}` };
}

/** @throws CliFailure where there is no key for evidence. */
export async function keysNamed(place: string): Promise<TrustedKeys> {
  const text = /^https?:\/\//i.test(place) ? await fetched(place) : read(place);
  const keys = readEvidenceKeys(text);
  if (keys.length > 0) return { keys, from: place };
  throw usageFailure(
    `${place} has no Ed25519 key.`,
    `Name a PEM file, or what stands at ${EVIDENCE_KEYS_PATH} of the installation.`,
  );
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw usageFailure(
      `${path} cannot be read (${code}).`,
      'Name a file with the public key, or its address.',
    );
  }
}

async function fetched(address: string): Promise<string> {
  const failed = (why: string) =>
    new CliFailure(
      exit.unavailable,
      `The key at ${address} cannot be read: ${why}.`,
      'Look at the address, or name a file with the public key.',
    );
  try {
    const answer = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!answer.ok) throw failed(`it answers ${answer.status}`);
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of answer.body ?? []) {
      bytes += chunk.length;
      if (bytes > BYTES_MOST) throw failed('it is larger than any key');
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  } catch (error) {
    if (error instanceof CliFailure) throw error;
    const { cause, message } = error as Error & { cause?: { code?: string; message?: string } };
    throw failed(cause?.code ?? cause?.message ?? message);
  }
}
