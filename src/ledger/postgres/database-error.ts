// What PostgreSQL and the way to it say when something fails, in the few kinds that matter here.

/** Raised by our own function: what the change was decided on is no longer there. */
export const STALE = 'BF001';
/** Raised by our own function: that key is somebody else's by now. */
export const LINK_TAKEN = 'BF002';

interface Coded {
  code?: string;
  constraint?: string;
  message?: string;
}

/** The database is not there, or not there any more: starting, stopping, unreachable, or a replica that only reads. */
export function isAway(error: unknown): boolean {
  const { code = '', message = '' } = (error ?? {}) as Coded;
  return (
    code.startsWith('08') ||
    awayCodes.has(code) ||
    /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|timeout expired|Query read timeout)/.test(
      message,
    )
  );
}

const awayCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  '57P01', // shut down by its administrator
  '57P02', // another process of it crashed
  '57P03', // cannot connect now: starting or stopping
  '57P05', // idle too long
  '53300', // too many connections
  '25006', // a replica that only reads, after a failover
]);

/** The connection broke while it was committing: nobody here knows whether the change is there. */
export class CommitUnknown extends Error {
  override readonly name = 'CommitUnknown';
  constructor(cause: unknown) {
    super('The connection to the database broke during a commit.', { cause });
  }
}

/** It is there and cannot do it now: took too long, no room, no memory. */
export function isOverloaded(error: unknown): boolean {
  const { code = '' } = (error ?? {}) as Coded;
  return code === '57014' || (code.startsWith('53') && !awayCodes.has(code)) || code.startsWith('58');
}

/** No room on the disk of the database, of whatever it was about to write. */
export function isDiskFull(error: unknown): boolean {
  return ((error ?? {}) as Coded).code === '53100';
}

/** The database is there and does not let us in: a wrong password, no such role or database, or no right to either. */
export function isRefused(error: unknown): boolean {
  const { code = '' } = (error ?? {}) as Coded;
  return code.startsWith('28') || code === '3D000' || code === '42501';
}

/** Another transaction was first; deciding again on what is there now will do. */
export function isConflict(error: unknown): boolean {
  const { code } = (error ?? {}) as Coded;
  return code === STALE || code === '40001' || code === '40P01' || code === '55P03';
}

export function isLinkTaken(error: unknown): boolean {
  return ((error ?? {}) as Coded).code === LINK_TAKEN;
}

/** The name of the unique index that a row would have broken. */
export function brokenIndex(error: unknown): string | null {
  const { code, constraint } = (error ?? {}) as Coded;
  return code === '23505' ? (constraint ?? '') : null;
}
