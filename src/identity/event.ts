// What happened: the closed list of event types and the shape in which a decision hands them to the ledger.
// The ledger owns their order, their chain of hashes and their storage.

export type EventType =
  | 'user.created'
  | 'user.updated'
  | 'user.suspended'
  | 'user.reactivated'
  | 'user.suspension_changed'
  | 'user.binned'
  | 'user.restored'
  | 'user.adopted'
  | 'user.removed'
  | 'user.purged'
  | 'group.created'
  | 'group.updated'
  | 'group.removed'
  | 'membership.added'
  | 'membership.removed'
  | 'grant.added'
  | 'grant.removed'
  | 'grant.changed'
  | 'team.created'
  | 'team.renamed'
  | 'business_unit.created'
  | 'business_unit.renamed'
  | 'provider.created'
  | 'provider.updated'
  | 'provider.removed'
  | 'provider.verified'
  | 'provider.secret_expiring'
  | 'token.created'
  | 'token.revoked'
  | 'token.expiring'
  | 'mapping.applied'
  | 'key.rotated'
  | 'user.signed_in'
  | 'user.linked'
  | 'user.unlinked'
  | 'link.requested'
  | 'link.refused'
  | 'sign_in.refused'
  | 'session.ended'
  | 'admin.created'
  | 'admin.password_set'
  | 'admin.signed_in'
  | 'admin.locked'
  | 'admin.removed'
  | 'setup_link.issued'
  | 'api_key.created'
  | 'api_key.revoked'
  | 'role.created'
  | 'role.updated'
  | 'role.removed'
  | 'settings.updated'
  | 'members.replaced_with_one'
  | 'reconciliation.started'
  | 'reconciliation.finished'
  | 'reconciliation.failed'
  | 'import.started'
  | 'import.finished'
  | 'drift.ignored'
  | 'drift.healed'
  | 'batch.held'
  | 'batch.approved'
  | 'batch.applied'
  | 'batch.dropped'
  | 'batch.dissolved'
  | 'batch.undone'
  | 'guard.alarm'
  | 'webhook.created'
  | 'webhook.updated'
  | 'webhook.rotated'
  | 'webhook.paused'
  | 'webhook.resumed'
  | 'webhook.replayed'
  | 'webhook.removed';

/** By which channel news arrives (SEMANTICS of the whole system: one word each). */
export type Channel = 'scim' | 'login' | 'refresh' | 'reconciliation' | 'import' | 'admin';

/**
 * Who did it. `token` is a provisioning token, `key` an API key, `admin` a break-glass administrator; `id` never is the
 * secret itself.
 */
export interface Actor {
  kind: 'token' | 'key' | 'user' | 'admin' | 'system';
  id: string;
}

/** What it came from: the request (or job, rule change, run, batch) whose effects these events are. */
export interface Cause {
  kind: 'request' | 'ruleset' | 'start' | 'command' | 'reconciliation' | 'batch';
  id: string;
}

export type SubjectKind =
  | 'user'
  | 'group'
  | 'team'
  | 'businessUnit'
  | 'provider'
  | 'token'
  | 'key'
  | 'session'
  | 'admin'
  | 'role'
  | 'settings'
  | 'reconciliation'
  | 'batch'
  | 'webhook';

export interface EventDraft {
  type: EventType;
  subject: { kind: SubjectKind; id: string };
  /** The other end of an edge: the group of a membership, the target of a grant. */
  object?: { kind: SubjectKind; id: string };
  /** What changed: `before` and `after` of the attributes that differ, names, reasons. Plain JSON. */
  data?: Record<string, unknown>;
}

export interface Event extends EventDraft {
  /** Place in the one sequence; consecutive from 1. */
  position: number;
  id: string;
  at: number;
  provider: string | null;
  actor: Actor;
  cause: Cause | null;
}
