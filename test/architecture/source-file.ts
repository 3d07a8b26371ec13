// The repository's own text, read for the tests of its architecture: files, their lines, what they import.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface SourceFile {
  /** From the root of the repository, with slashes. */
  path: string;
  text: string;
  lines: number;
  imports: Import[];
}

export interface Import {
  /** A path from the root for files of ours, else the name of the package or built-in module. */
  target: string;
  isOurs: boolean;
  /** The names between the braces, as they are called there. */
  names: string[];
}

export function filesUnder(folders: readonly string[], extensions: readonly string[]): SourceFile[] {
  return folders
    .flatMap((folder) => walk(join(root, folder)))
    .filter((path) => extensions.includes(extname(path)))
    .sort()
    .map(readSource);
}

/** Files of the repository's top folder, by name. */
export function filesAtTop(extensions: readonly string[]): SourceFile[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isFile() && extensions.includes(extname(entry.name)))
    .map((entry) => readSource(join(root, entry.name)));
}

function walk(folder: string): string[] {
  let entries: ReturnType<typeof list>;
  try {
    entries = list(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : [path];
  });
}

function list(folder: string) {
  return readdirSync(folder, { withFileTypes: true });
}

function readSource(path: string): SourceFile {
  const text = readFileSync(path, 'utf8');
  const shown = relative(root, path).replaceAll('\\', '/');
  return {
    path: shown,
    text,
    lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
    imports: /\.(ts|tsx|mjs)$/.test(path) ? importsOf(text, shown) : [],
  };
}

/** `import x from`, `export x from`, `import type`, bare imports, `import('x')` as expression and as type. */
const IMPORT =
  /^(?:import|export)\s(?:[^'"`;]*?\sfrom\s*)?'([^'\n]+)'|\bimport\(\s*(?:\/\*.*?\*\/\s*)?'([^'\n]+)'\s*\)/gms;

function importsOf(text: string, path: string): Import[] {
  return [...text.matchAll(IMPORT)].map((match) => {
    const target = match[1] ?? match[2]!;
    const isOurs = target.startsWith('.');
    const names = (/\{([^}]*)\}/s.exec(match[0])?.[1] ?? '')
      .split(',')
      .map((name) => name.replace(/\btype\b/, '').trim())
      .filter(Boolean);
    return {
      target: isOurs ? normalize(join(dirname(path), target)).replaceAll('\\', '/') : target,
      isOurs,
      names,
    };
  });
}
