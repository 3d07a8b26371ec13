// Every limit of the server that is not SCIM's own (those: scim/limits.ts), by name and with its unit.

const KIB = 1024;
export const MIB = 1024 * KIB;

/** Limits by name and with their unit. What exceeds one is refused, never cut. */
export const limits = {
  /** A configuration file. */
  configBytes: 5 * MIB,
  /** A request's body: a PATCH that names 10,000 members takes under 2 MiB, with room for a directory's habits. */
  bodyBytes: 8 * MIB,
  /** Request line and headers: a filter of 20,000 characters, percent-encoded, fits. */
  headerBytes: 96 * KIB,
  headersTimeoutMs: 20_000,
  requestTimeoutMs: 60_000,
  /** Above the 60 s of common load balancers, so that it is they who close an idle connection. */
  keepAliveTimeoutMs: 75_000,
  /** How long a stop waits for requests under way. */
  shutdownGraceMs: 10_000,
  /** Items of a list of the admin API, where `limit` says nothing, and at most. */
  listItemsDefault: 50,
  listItemsMost: 500,
  /**
   * An export whose reader takes nothing for so long is cut: the moment it shows holds back the write-ahead log. So is an
   * evidence pack, of which some MiB wait in memory.
   */
  exportStallMs: 120_000,
  retentionEveryMs: 3_600_000,
  /** Failed authentications of one address in a minute before it has to wait. */
  failedAuthenticationsPerMinute: 60,
  /** Passwords and set-up links that one address tries in a minute, right or wrong. */
  passwordTriesPerMinute: 20,
  /** One outbound request, from the name to the last byte; a person may be waiting for it. */
  outboundTimeoutMs: 10_000,
  /** Body of an answer, where the caller says nothing: discovery documents and key sets are some KiB. */
  outboundBytes: MIB,
  /** To one origin at a time. */
  outboundConnections: 16,
} as const;
