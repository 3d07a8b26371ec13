// Finds and parses the configuration file. What its keys mean is config-schema.ts's, checking them config-reader.ts's.

import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import type { ConfigProblem, Environment } from './config-problem.ts';
import { limits, MIB } from './limits.ts';

/** Where the configuration comes from. */
export interface ConfigSource {
  env: Environment;
  /** The text of a configuration; `configPath` then only names it. */
  configText?: string | undefined;
  /** Instead of BIFROST_CONFIG and of looking in `directory`. */
  configPath?: string | undefined;
  /** A configuration that was read already: no file is looked for. */
  config?: unknown;
  /** What relative paths start from; the working directory when left out. */
  directory?: string | undefined;
}

export interface ConfigFile {
  /** Null: there is none. */
  content: unknown;
  path: string | null;
}

const CONFIG_NAMES = ['bifrost.json', 'bifrost.yaml', 'bifrost.yml'];

export function readConfigFile(source: ConfigSource, problems: ConfigProblem[]): ConfigFile {
  if (source.config !== undefined) return { content: source.config, path: null };
  if (source.configText !== undefined) {
    const path = source.configPath ?? null;
    return { content: parseConfig(source.configText, path ?? 'configuration', problems), path };
  }
  const directory = source.directory ?? process.cwd();
  const named = source.configPath ?? (source.env.BIFROST_CONFIG?.trim() || undefined);
  const there = CONFIG_NAMES.filter((name) => statSync(resolve(directory, name), { throwIfNoEntry: false }));
  if (named === undefined && there.length > 1) {
    const message = `stand beside each other: keep one, or name one in BIFROST_CONFIG`;
    problems.push({ path: there.join(' and '), message });
  }
  const name = named ?? there[0];
  if (name === undefined) return { content: null, path: null };
  const path = resolve(directory, name);
  try {
    if (statSync(path).size > limits.configBytes) {
      problems.push({ path, message: `is larger than ${limits.configBytes / MIB} MiB` });
      return { content: null, path };
    }
    return { content: parseConfig(readFileSync(path, 'utf8'), path, problems), path };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    const why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
    problems.push({
      path,
      message: `${why}${named && !source.configPath ? '; BIFROST_CONFIG names it' : ''}`,
    });
    return { content: null, path };
  }
}

/** JSON is read as the YAML 1.2 it is, so both report doubled keys and the place of an error alike. */
function parseConfig(text: string, path: string, problems: ConfigProblem[]): unknown {
  const counter = new LineCounter();
  const place = (offset: number): string => {
    const { line, col } = counter.linePos(offset);
    return `line ${line}, column ${col}`;
  };
  try {
    const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
    const doubled = document.errors.filter(({ code }) => code === 'DUPLICATE_KEY');
    // Of the others the first is the cause, and the rest its consequences.
    const broken = document.errors.filter(({ code }) => code !== 'DUPLICATE_KEY').slice(0, 1);
    for (const { code, pos } of [...broken, ...doubled]) {
      const message = syntaxWords[code] ?? 'this is neither JSON nor YAML';
      problems.push({ path, message: `${place(pos[0])}: ${message}` });
    }
    return document.errors.length > 0 ? null : (document.toJS() ?? {});
  } catch (error) {
    // How the parser says that an alias leads nowhere, or that aliases of aliases would grow without end.
    if (!(error instanceof ReferenceError)) throw error;
    problems.push({ path, message: 'has an alias without its anchor, or too many aliases' });
    return null;
  }
}

/** Ours, because the parser's own messages quote the text, and the text may be a secret. */
const syntaxWords: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'this key stands here for the second time',
  MISSING_CHAR: 'something that was opened here or before is not closed, or a colon or comma is missing',
  UNEXPECTED_TOKEN:
    'this does not belong here; is a comma, colon, quote or bracket missing before it, or too many?',
  BAD_INDENT: 'the indentation does not fit, or a bracket is not closed',
  TAB_AS_INDENT: 'a tab indents this line: YAML wants spaces',
  BAD_DQ_ESCAPE: 'this backslash sequence is none',
  BLOCK_AS_IMPLICIT_KEY: 'a second colon in one line: put the text in quotes',
  RESOURCE_EXHAUSTION: 'this is nested too deeply',
  MULTIPLE_DOCS: 'a second document begins here: one file holds one',
};
