// The closed list of ways in which Bifrost says no. Owns the reasons; each protocol (edge/scim, edge/admin)
// owns its own table from reason to status, which the compiler keeps complete.

/** Why a request was refused. SCIM's own `scimType` words (RFC 7644 3.12, RFC 9865 2.1) stand first. */
export type Reason =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'
  | 'invalidVers'
  | 'sensitive'
  | 'invalidCursor'
  | 'expiredCursor'
  | 'invalidCount'
  // What HTTP itself has words for.
  | 'unauthenticated'
  | 'throttled'
  | 'forbidden'
  | 'notFound'
  | 'methodNotAllowed'
  | 'unsupportedMediaType'
  | 'tooLarge'
  | 'stale'
  | 'conflict'
  | 'notSupported'
  | 'unavailable';

/**
 * A decision of ours not to do something, with a `detail` that an administrator can act on.
 * Anything else that is thrown is a bug and becomes a 500 that says nothing but its request id.
 */
export class Refusal extends Error {
  readonly reason: Reason;
  /** Further members for the answer, for example the path of a bad setting. Never a secret. */
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(reason: Reason, detail: string, facts: Readonly<Record<string, unknown>> = {}) {
    super(detail);
    this.name = 'Refusal';
    this.reason = reason;
    this.facts = facts;
  }
}
