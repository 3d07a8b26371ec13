// Which tables an export has, with their columns and the key that orders their rows: one list for both engines, in an
// order in which the rows can be written. Locks, leases and live sessions are not in it.

export type ExportCell = string | number | null;
export type ExportRow = readonly ExportCell[];

export interface ExportTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** Rows stand in this order; text by its bytes in UTF-8, so that every engine gives the same. */
  readonly key: readonly string[];
  /** SQL that both engines understand, for rows that stay behind. */
  readonly where?: string;
}

/** The row of `settings` that says how far an import has come; it belongs to this store alone. */
export const IMPORT_SETTING = 'import';

export const exportTables: readonly ExportTable[] = [
  {
    name: 'settings',
    columns: ['name', 'value'],
    key: ['name'],
    where: `"name" <> '${IMPORT_SETTING}'`,
  },
  {
    name: 'providers',
    columns: columns(
      'id name name_folded enabled scim_enabled declared revision settings ruleset groups_by_scim created_at',
    ),
    key: ['id'],
  },
  {
    name: 'rulesets',
    columns: columns('provider number strategy rules scim_attributes at actor'),
    key: ['provider', 'number'],
  },
  {
    name: 'tokens',
    columns: columns(
      'provider id hash name last_four created_at created_by expires_at revoked_at until_use_of declared last_used_at last_used_from ended',
    ),
    key: ['provider', 'id'],
  },
  { name: 'roles', columns: columns('id name system permissions'), key: ['id'] },
  {
    name: 'users',
    columns: columns(
      `provider id revision document supplied aside user_name_folded sign_in_name_folded external_id work_email_folded
       several_work_emails status role grants ruleset created_at modified_at removed_at last_provisioned_at
       last_sign_in_at formerly`,
    ),
    key: ['provider', 'id'],
  },
  {
    name: 'directory_groups',
    columns: columns(
      `provider id revision membership_version document display_name display_name_folded unique_name external_id
       created_at modified_at`,
    ),
    key: ['provider', 'id'],
  },
  {
    name: 'memberships',
    columns: columns('provider group_id member member_kind display since'),
    key: ['provider', 'group_id', 'member'],
  },
  {
    name: 'targets',
    columns: columns('provider id kind name name_folded key created_at'),
    key: ['provider', 'id'],
  },
  { name: 'holdings', columns: columns('target user provider'), key: ['target', 'user'] },
  {
    name: 'events',
    columns: columns(
      `position at provider type actor_kind actor subject_kind subject object_kind object cause_kind cause data salt
       data_hash hash`,
    ),
    key: ['position'],
  },
  {
    name: 'requests',
    columns: columns(
      `id at provider token method path action body status duration_ms tags detail remote resource effects
       first_event`,
    ),
    key: ['id'],
  },
  {
    name: 'jobs',
    // Who holds one, and until when, stays behind: it is taken up anew.
    columns: columns(
      `id kind provider subject slot position done total chunks cause_kind cause created_at finished_at outcome
       failures last_error`,
    ),
    key: ['id'],
  },
];

function columns(names: string): string[] {
  return names.split(/\s+/);
}
