// The chain of hashes over sealed events: each hash covers the one before it, so that a change to the past shows.
// An event's data is covered through its own salted hash, so that a purge may erase data and salt and leave the chain.

import { hash, randomBytes } from 'node:crypto';

export const firstLink = '';

/** What of an event the chain covers, in this order. */
export interface Link {
  position: number;
  at: number;
  provider: string | null;
  type: string;
  actor: string;
  subject: string;
  object: string | null;
  cause: string | null;
}

let salts = '';
const SALT_CHARS = 16;

/** 96 random bits, so that short data cannot be guessed from its hash. */
export function newSalt(): string {
  if (salts.length < SALT_CHARS) salts = randomBytes(12 * 256).toString('base64url');
  const salt = salts.slice(0, SALT_CHARS);
  salts = salts.slice(SALT_CHARS);
  return salt;
}

export function dataHash(salt: string, data: string | null): string {
  return hash('sha256', `${salt}\n${data ?? ''}`, 'base64url');
}

export function linkHash(previous: string, link: Link, hashOfData: string): string {
  const { position, at, provider, type, actor, subject, object, cause } = link;
  const text = `${previous}\n${position}\n${at}\n${provider ?? ''}\n${type}\n${actor}\n${subject}\n${object ?? ''}\n${cause ?? ''}\n${hashOfData}`;
  return hash('sha256', text, 'base64url');
}
