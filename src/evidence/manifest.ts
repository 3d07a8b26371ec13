// manifest.json of an evidence pack: what it shows, of which moment, by which log, and what is in it. The signature is over its
// exact bytes, in which each file has a line of its own: without Bifrost they are checked with sed and sha256sum.

import { isObject } from '../scim/json.ts';

/** Goes up when a reader of before would misunderstand a pack. */
const FORMAT = 1;

export const MANIFEST = 'manifest.json';
export const SIGNATURE = 'manifest.sig';
export const SIGNATURE_BYTES = 64;

/** What stands in the files of people, counted. */
export interface Counts {
  /** Who was there, suspended ones included. */
  readonly people: number;
  readonly active: number;
  readonly suspended: number;
  readonly withoutRole: number;
  /** Roles, teams and business units that people had. */
  readonly grants: number;
  /** Why they had them: one grant may have several. */
  readonly reasons: number;
}

export const noCounts: Counts = {
  people: 0,
  active: 0,
  suspended: 0,
  withoutRole: 0,
  grants: 0,
  reasons: 0,
};

export interface PackedFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface Manifest {
  readonly bifrost: 'evidence';
  readonly format: number;
  /** How the world reaches who made it. */
  readonly installation: string;
  /** The moment that it shows. */
  readonly at: string;
  readonly log: {
    /** The last event that counts: so many had happened by then. */
    readonly position: number;
    /** Of that event, over it and all before it. */
    readonly hash: string;
    /** Of the first one: no other installation has it. */
    readonly firstHash: string;
  };
  readonly counts: Counts;
  readonly made: {
    readonly at: string;
    readonly by: { readonly kind: string; readonly id: string; readonly name: string };
    /** Id of the request, which stands in the log of the server. */
    readonly request: string;
    /** Of the product. */
    readonly version: string;
  };
  /** Id of the key that signed it. */
  readonly key: string;
  readonly files: readonly PackedFile[];
}

export function writeManifest(told: Omit<Manifest, 'bifrost' | 'format'>): Buffer {
  const { files, ...rest } = told;
  const fields = Object.entries({ bifrost: 'evidence', format: FORMAT, ...rest });
  const lines = fields.map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)},`);
  const listed = files.map(
    ({ name, bytes, sha256 }) => `{"name": "${name}", "bytes": ${bytes}, "sha256": "${sha256}"}`,
  );
  return Buffer.from(`{\n${lines.join('\n')}\n"files": [\n${listed.join(',\n')}\n]\n}\n`);
}

/** A sentence where it is none. */
export function readManifest(bytes: Buffer): Manifest | string {
  const found = parsed(bytes.toString('utf8'));
  if (!isObject(found) || found.bifrost !== 'evidence') return `${MANIFEST} is no manifest of Bifrost.`;
  if (found.format !== FORMAT) {
    return `${MANIFEST} has the format ${JSON.stringify(found.format)}; this version of Bifrost knows ${FORMAT}.`;
  }
  return isManifest(found) ? found : `${MANIFEST} does not say what a manifest says.`;
}

function isManifest(found: Record<string, unknown>): found is Record<string, unknown> & Manifest {
  const { installation, at, log, counts, made, key, files } = found;
  return (
    [installation, at, key].every(isText) &&
    isObject(log) &&
    isCount(log.position) &&
    [log.hash, log.firstHash].every(isText) &&
    isObject(counts) &&
    Object.keys(noCounts).every((name) => isCount(counts[name])) &&
    isObject(made) &&
    [made.at, made.request, made.version].every(isText) &&
    isObject(made.by) &&
    [made.by.kind, made.by.id, made.by.name].every(isText) &&
    Array.isArray(files) &&
    files.every((file) => isObject(file) && isCount(file.bytes) && [file.name, file.sha256].every(isText))
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
