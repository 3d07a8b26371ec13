// The first administrator: a link that works once, within the hour, for all replicas, and the account that it makes.

import { randomBytes } from 'node:crypto';
import { newId } from '../../id.ts';
import type { Change, Ledger } from '../../ledger/ledger.ts';
import type { LocalAdmin } from '../../ledger/sign-in.ts';
import { Refusal } from '../../refusal.ts';
import { sha256Hex } from '../../secret.ts';
import { type Passwords, passwordProblem } from './passwords.ts';

const LINK_MS = 3_600_000;
const SECRET_BYTES = 32;
const NAME_CHARACTERS = 100;

export interface SetUpLink {
  /** The secret stands behind the #: no browser sends it, no log has it. */
  url: string;
  expiresAt: number;
}

/** `onlyFirst`: while nobody is an administrator, and no other link is live. null otherwise. */
export async function issueSetUpLink(
  ledger: Ledger,
  publicUrl: string,
  by: Change,
  { onlyFirst }: { onlyFirst: boolean },
): Promise<SetUpLink | null> {
  if (onlyFirst && (await ledger.localAdmins.list()).length > 0) return null;
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  const expiresAt = by.at + LINK_MS;
  const link = { hash: sha256Hex(secret), createdAt: by.at, expiresAt };
  const isIssued = await ledger.localAdmins.issueLink(link, by, onlyFirst ? { at: by.at } : undefined);
  return isIssued ? { url: `${publicUrl}/setup#${secret}`, expiresAt } : null;
}

export interface SetUpAsked {
  token: string;
  name: string;
  password: string;
}

/** @throws Refusal `invalidValue` (name or password), `forbidden` (the link is used up, over, or was never there). */
export async function setUp(
  ledger: Ledger,
  secrets: Passwords,
  { token, name, password }: SetUpAsked,
  by: Omit<Change, 'actor'>,
): Promise<LocalAdmin> {
  const wanted = name.trim();
  if (!/^[\p{L}\p{N}][\p{L}\p{N} ._@-]*$/u.test(wanted) || wanted.length > NAME_CHARACTERS) {
    const detail =
      'The name begins with a letter or digit and has letters, digits, spaces and . _ @ - in it.';
    throw new Refusal('invalidValue', detail, { field: 'name' });
  }
  const problem = passwordProblem(password, wanted);
  if (problem) throw new Refusal('invalidValue', problem, { field: 'password' });
  const hash = sha256Hex(token);
  // Before the costly hash: whoever has no link does not get that far.
  if (!(await ledger.localAdmins.isLinkLive(hash, by.at))) throw usedUp();
  const id = newId(by.at);
  const made = { id, name: wanted, password: await secrets.hash(password) };
  const admin = await ledger.localAdmins.setUp(hash, made, {
    ...by,
    actor: { kind: 'system', id: 'set-up' },
  });
  if (!admin) throw usedUp();
  return admin;
}

function usedUp(): Refusal {
  return new Refusal(
    'forbidden',
    'This set-up link was used, has expired, or was replaced by a newer one. On the machine that runs Bifrost, "bifrost admin reset" prints another.',
  );
}
