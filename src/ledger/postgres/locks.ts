// Advisory locks: held in the server's memory by a transaction or a session, gone with it. Their second number says
// what for; the first marks them as ours.

export const LOCK_SPACE = 0xb1f;

export const locks = {
  /** Shared by those who write by the settings as they are; alone for who changes the settings. */
  settings: 1,
  /** The one who seals events. */
  sealer: 2,
  migrations: 3,
  /** Work that one replica does at a time: what a start makes true. */
  alone: 4,
  /** Shared by all who have the ledger open, for as long as they have. */
  open: 5,
  /** Who is a break-glass administrator, and who may become one. */
  localAdmins: 6,
} as const;
