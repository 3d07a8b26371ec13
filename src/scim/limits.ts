// Every limit of the protocol room, by name and with its unit. What exceeds one is refused, never cut.

/** URNs in `schemas`. */
export const SCHEMA_URNS = 100;
/** Characters of one text in a resource. */
export const TEXT_CHARACTERS = 65_536;
/** Characters of a text that is looked up by equality: userName, displayName of a group, externalId. */
export const KEY_CHARACTERS = 1_024;
/** Elements of one multi-valued attribute in one request. */
export const LIST_ELEMENTS = 1_000;
/** Members named in one request. */
export const MEMBER_ELEMENTS = 100_000;

/** Names at the top of one resource, known or not. */
export const RESOURCE_NAMES = 2_000;
/** Attributes that SCIM does not define, per resource. */
export const UNLISTED_ATTRIBUTES = 64;
/** Characters of the name of such an attribute. */
export const UNLISTED_NAME_CHARACTERS = 256;
/** Extensions with a URN that we do not know, per resource. */
export const FOREIGN_EXTENSIONS = 16;
/** Levels of lists and objects in a value whose schema we do not know. */
export const FOREIGN_DEPTH = 8;
/** Values of all kinds in one such value. */
export const FOREIGN_NODES = 2_000;

/** Characters of a filter, and of a path in a PATCH. */
export const FILTER_CHARACTERS = 20_000;
/** Levels of parentheses, `not` and brackets in a filter. */
export const FILTER_DEPTH = 50;
/** Comparisons in a filter. */
export const FILTER_COMPARISONS = 1_000;
/** Names in `attributes` or `excludedAttributes`. */
export const PROJECTION_NAMES = 500;
/** Characters of `attributes` or `excludedAttributes`. */
export const PROJECTION_CHARACTERS = 20_000;
/** Characters of `sortBy`. */
export const SORT_CHARACTERS = 1_000;

/** Operations of one PATCH. */
export const PATCH_OPERATIONS = 1_000;
/** Changes in one PATCH: every key of a value without a path is one. */
export const PATCH_CHANGES = 10_000;
/** Characters of all filters in the paths of one PATCH together: each is tried on every element of a list. */
export const PATCH_FILTER_CHARACTERS = 50_000;
/** Tags that one request leaves on its log row. */
export const HABITS = 32;
/** Levels of a bulk operation's data in which bulkId references are looked for (RFC 7644 3.7.2). */
export const BULK_DATA_DEPTH = 16;

/** Largest number that `startIndex` and `count` are read as. */
export const PAGE_NUMBER = 1_000_000_000;
