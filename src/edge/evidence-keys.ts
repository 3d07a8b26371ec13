// The public keys of evidence packs, for whoever was handed one: as a JWK set (RFC 7517), and each as PEM for openssl. A key that
// has signed stays: another key of the installation has another one follow from it, and packs of before are still checked.

import type { FastifyInstance } from 'fastify';
import {
  EVIDENCE_KEYS_PATH,
  type EvidenceKey,
  type Signer,
  showJwk,
  showPem,
  signerOf,
} from '../evidence/signing.ts';
import { HOW_TO_RESTORE } from '../key-ring.ts';
import type { Change } from '../ledger/ledger.ts';
import { Refusal } from '../refusal.ts';
import type { Parts } from './parts.ts';

const SETTING = 'evidenceKeys';
/** Replicas that sign for the first time at once come one after the other. */
const TRIES = 5;

type KeyParts = Pick<Parts, 'ledger' | 'keys'>;

export async function registerEvidenceKeys(app: FastifyInstance, parts: Parts): Promise<void> {
  app.get(EVIDENCE_KEYS_PATH, async (_request, reply) => {
    const keys = (await publicKeys(parts)).map(showJwk);
    return reply.header('cache-control', 'no-cache').send({ keys });
  });
  app.get<{ Params: { kid: string } }>(`${EVIDENCE_KEYS_PATH}/:kid`, async ({ params }, reply) => {
    const key = (await publicKeys(parts)).find(({ kid }) => kid === params.kid);
    reply.header('cache-control', 'no-cache');
    if (!key)
      return reply.code(404).type('text/plain').send('No evidence was signed with such a key here.\n');
    return reply.type('application/x-pem-file').send(showPem(key));
  });
}

/** Those that have signed, and the one that will. */
async function publicKeys(parts: KeyParts): Promise<EvidenceKey[]> {
  const { used } = await usedKeys(parts);
  const signer = signerNow(parts);
  return signer && !used.some(({ kid }) => kid === signer.kid) ? [...used, signer] : used;
}

async function usedKeys({ ledger }: KeyParts): Promise<{ used: EvidenceKey[]; revision: number }> {
  const stored = await ledger.ownSettings.read(SETTING);
  return { used: (stored?.value ?? []) as EvidenceKey[], revision: stored?.revision ?? 0 };
}

/** null where the key of the installation is missing. */
function signerNow({ keys }: KeyParts): Signer | null {
  return keys.ids().length === 0 ? null : signerOf(keys.current());
}

/** Who signs from now on. Its public key is kept before anything is signed: what cannot be checked later is worth nothing. */
export async function notedSigner(parts: KeyParts, by: Change): Promise<Signer> {
  const signer = signerNow(parts);
  if (!signer) throw new Refusal('conflict', `The key that would sign is missing. ${HOW_TO_RESTORE}`);
  const { kid, x } = signer;
  for (let left = TRIES; ; left--) {
    const { used, revision } = await usedKeys(parts);
    if (used.some((each) => each.kid === kid)) return signer;
    try {
      await parts.ledger.ownSettings.save(SETTING, [...used, { kid, x }], revision, by);
      return signer;
    } catch (error) {
      if (left === 0 || !(error instanceof Refusal) || error.reason !== 'stale') throw error;
    }
  }
}
