// What of other people's is in the product: the packages that an installation brings and those that are built into the dashboard,
// by the lock file, so that every machine finds the same.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Component {
  name: string;
  version: string;
  /** As SPDX writes it; empty where the package says nothing. */
  license: string;
  /** Hex of SHA-512 of the archive in the registry; null where the lock file has none. */
  sha512: string | null;
  /** Below the root of the repository, `node_modules/...`. */
  path: string;
  /** Made for one platform: installed there alone. */
  isForPlatform: boolean;
  /** Keys of `keyOf` that it asks for itself. */
  dependsOn: string[];
}

interface Locked {
  version?: string;
  license?: string;
  integrity?: string;
  os?: string[];
  cpu?: string[];
  optional?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

type Lock = Record<string, Locked>;

export const keyOf = ({ name, version }: Pick<Component, 'name' | 'version'>) => `${name}@${version}`;

/** In the order of their names, each version once. */
export function componentsOf(root: string): Component[] {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Lock;
  };
  const own = packages['']!;
  const roots = [
    ...Object.keys(own.dependencies ?? {}),
    ...importedBy(join(root, 'dashboard'), new Set(Object.keys(own.devDependencies ?? {}))),
  ];
  const found = new Map<string, string>();
  const open = roots.map((name) => placeOf(packages, '', name)).filter((path) => path !== null);
  // Each place is opened once: the lock file is the bound.
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const key = keyOf({ name: nameAt(path), version: packages[path]!.version! });
    if (found.has(key)) continue;
    found.set(key, path);
    open.push(...askedFor(packages, path));
  }
  return [...found.values()]
    .map((path) => componentAt(packages, path))
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function componentAt(packages: Lock, path: string): Component {
  const { version, license, integrity, os, cpu, optional } = packages[path]!;
  const [, base64] = /^sha512-(\S+)/.exec(integrity ?? '') ?? [];
  return {
    name: nameAt(path),
    version: version!,
    license: license ?? '',
    sha512: base64 === undefined ? null : Buffer.from(base64, 'base64').toString('hex'),
    path,
    isForPlatform: optional === true && (os !== undefined || cpu !== undefined),
    dependsOn: askedFor(packages, path)
      .map((each) => keyOf({ name: nameAt(each), version: packages[each]!.version! }))
      .sort(),
  };
}

function askedFor(packages: Lock, path: string): string[] {
  const { dependencies, optionalDependencies } = packages[path]!;
  return Object.keys({ ...dependencies, ...optionalDependencies })
    .map((name) => placeOf(packages, path, name))
    .filter((each) => each !== null);
}

/** As Node.js looks for it: beside whoever asks, then one folder further out. */
function placeOf(packages: Lock, from: string, name: string): string | null {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    const path = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (packages[path]) return path;
    if (at === '') return null;
  }
}

const nameAt = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** Packages that the sources below a folder load; types alone are not in what is built, and its configuration neither. */
function importedBy(folder: string, known: ReadonlySet<string>): string[] {
  const names = new Set<string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!/\.(?:tsx?|css)$/.test(entry.name) || entry.name === 'vite.config.ts') continue;
    const text = readFileSync(join(entry.parentPath, entry.name), 'utf8');
    for (const [, specifier] of text.matchAll(
      /^(?:import|export)\s+(?!type\b)[^;]*?'([^']+)'|import\('([^']+)'\)/gm,
    )) {
      const [first, second] = (specifier ?? '').split('/');
      const name = first!.startsWith('@') ? `${first}/${second}` : first!;
      if (known.has(name)) names.add(name);
    }
  }
  return [...names];
}

/** The texts that a package brings about its licence; empty where it brings none, or is not installed here. */
export function licenseTexts(root: string, { path }: Component): string[] {
  const folder = join(root, path);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^(?:licen[cs]e|copying|notice)(?:[-.].*)?$/i.test(name))
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8').trim());
}
