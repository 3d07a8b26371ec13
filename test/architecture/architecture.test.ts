// The rules of the house that a compiler does not check: which room may know which, what pure rooms may not touch, how
// files are named, how long they are, and what no file says.

import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesAtTop, filesUnder, type SourceFile } from './source-file.ts';

const code = ['.ts', '.tsx', '.mjs', '.js'];
const server = filesUnder(['src'], code);
const simulator = filesUnder(['simulator'], code);
const everyProgram = filesUnder(['src', 'simulator', 'bench', 'scripts', 'test', 'dashboard'], code);
/** A test says in its titles what it proves, and is as long as its table of cases. */
const withoutTests = everyProgram.filter((file) => !file.path.endsWith('.test.ts'));
const everyText = [
  ...everyProgram,
  ...filesUnder(['docs', '.ci'], ['.md', '.json', '.sh', '']),
  ...filesAtTop(['.md', '.json', '.ts', '.yaml', '']),
];

/** The order in which data walks; a room knows its own and those before it. */
const rooms: readonly (readonly string[])[] = [
  ['leaves'],
  ['scim'],
  ['identity'],
  ['mapping'],
  ['ledger'],
  ['provider'],
  ['evidence', 'outbox', 'reconcile', 'transfer'],
  ['edge'],
  ['main'],
  // The command line starts the server as well as speaking to it.
  ['cli'],
];

/** Files at the top of src/ that only seams and settings live in; any other one there joins rooms, as main.ts does. */
const leaves: ReadonlySet<string> = new Set([
  'clock.ts',
  'config-file.ts',
  'config-problem.ts',
  'config-reader.ts',
  'config-schema.ts',
  'config.ts',
  'fold.ts',
  'folder.ts',
  'id.ts',
  'key-file.ts',
  'key-ring.ts',
  'limits.ts',
  'log.ts',
  'metrics.ts',
  'network.ts',
  'outbound-body.ts',
  'outbound-failure.ts',
  'outbound.ts',
  'nearest.ts',
  'refusal.ts',
  'secret.ts',
  'trace.ts',
  'version.ts',
]);

function roomOf(path: string): string {
  const [, first = '', ...rest] = path.split('/');
  if (rest.length > 0) return first;
  return leaves.has(first) ? 'leaves' : 'main';
}

function rankOf(path: string): number {
  return rooms.findIndex((names) => names.includes(roomOf(path)));
}

const pure: ReadonlySet<string> = new Set(['scim', 'identity', 'mapping']);

function offenders(files: readonly SourceFile[], problem: (file: SourceFile) => string[]): string[] {
  return files.flatMap((file) => problem(file).map((said) => `${file.path}: ${said}`));
}

describe('rooms', () => {
  it('has a place in the order for every file of the server', () => {
    expect(server.length).toBeGreaterThan(50);
    expect(server.filter((file) => rankOf(file.path) < 0).map((file) => file.path)).toEqual([]);
  });

  it('lets a room know only itself and the rooms before it', () => {
    const wrong = offenders(server, (file) =>
      file.imports
        .filter(({ target, isOurs }) => isOurs && target.startsWith('src/'))
        .filter(({ target }) => {
          const [here, there] = [rankOf(file.path), rankOf(target)];
          return there > here || (there === here && roomOf(file.path) !== roomOf(target));
        })
        .map(({ target }) => `imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps I/O, packages, the clock and randomness out of scim, identity and mapping', () => {
    const wrong = offenders(
      server.filter((file) => pure.has(roomOf(file.path))),
      (file) => [
        ...file.imports
          .filter(({ target, isOurs }) => !isOurs || ['src/clock.ts', 'src/log.ts'].includes(target))
          .map(({ target }) => `imports ${target}`),
        ...file.imports
          .filter(({ target }) => target === 'src/id.ts')
          .flatMap(({ names }) => names.filter((name) => name !== 'namedId'))
          .map((name) => `imports ${name}, which is random`),
        ...[
          ...file.text.matchAll(
            /\b(Date\.now|new Date\(\)|Math\.random|performance\.now|process\.|setTimeout)/g,
          ),
        ].map((match) => `uses ${match[1]}`),
      ],
    );
    expect(wrong).toEqual([]);
  });

  it('lets nothing but the ledger speak SQL', () => {
    const wrong = offenders(
      server.filter((file) => roomOf(file.path) !== 'ledger'),
      (file) => [
        ...file.imports
          .filter(({ target }) => target.includes('sqlite') && !target.startsWith('src/'))
          .map(({ target }) => target),
        ...[...file.text.matchAll(/\b(SELECT \S+ FROM|INSERT INTO|DELETE FROM|UPDATE \w+ SET)\b/g)].map(
          (match) => match[0],
        ),
      ],
    );
    expect(wrong).toEqual([]);
  });

  it('has one way out: what is sent to the outside goes through the guard', () => {
    const wrong = offenders(
      // The command line speaks to Bifrost itself, where the operator says it is.
      // What assets.ts holds is text for browsers.
      server.filter(
        ({ path }) =>
          !['src/outbound.ts', 'src/edge/oidc/assets.ts'].includes(path) && roomOf(path) !== 'cli',
      ),
      (file) => [
        ...file.imports
          .filter(({ target }) => ['undici', 'node:https', 'node:tls', 'node:http2'].includes(target))
          .map(({ target }) => `imports ${target}`),
        ...[...file.text.matchAll(/(?<![.\w])fetch\(/g)].map(() => 'calls the fetch of Node.js'),
      ],
    );
    expect(wrong).toEqual([]);
  });

  it('opens the engine in one place: other rooms know the contract of the ledger', () => {
    const mayKnowTheEngine = new Set([
      'src/storage.ts',
      'src/cli/bifrost-process.ts',
      'src/cli/database-failure.ts',
    ]);
    const contract = new Set([
      'src/ledger/ledger.ts',
      'src/ledger/export-tables.ts',
      'src/ledger/past-log.ts',
      'src/ledger/reconciliation.ts',
      'src/ledger/ruleset-history.ts',
      'src/ledger/sign-in.ts',
      'src/ledger/webhooks.ts',
    ]);
    const wrong = offenders(
      server.filter((file) => roomOf(file.path) !== 'ledger' && !mayKnowTheEngine.has(file.path)),
      (file) =>
        file.imports
          .filter(({ target }) => target.startsWith('src/ledger/') && !contract.has(target))
          .map(({ target }) => `imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });
});

describe('the two sides', () => {
  it('keeps the simulator apart: of the server it knows types of scim at most', () => {
    const wrong = offenders(simulator, (file) =>
      file.imports
        .filter(({ target, isOurs }) => isOurs && target.startsWith('src/'))
        .filter(({ target }) => {
          const statement = new RegExp(`import type [^;]*${basename(target)}'`, 's');
          return !target.startsWith('src/scim/') || !statement.test(file.text);
        })
        .map(({ target }) => `imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('never lets the server know the simulator, the tests or the bench', () => {
    const wrong = offenders(server, (file) =>
      file.imports
        .filter(({ target, isOurs }) => isOurs && !target.startsWith('src/') && target !== 'package.json')
        .map(({ target }) => `imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });
});

describe('files', () => {
  it('has no room for whatever fits nowhere else', () => {
    const names = /(^|\/)(utils?|helpers?|common|types|services?|index|misc)(\.[a-z.]+)?(\/|$)/;
    expect(everyProgram.map((file) => file.path).filter((path) => names.test(path))).toEqual([]);
  });

  it('names files in kebab-case', () => {
    const name = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)*\.(ts|tsx|mjs|js)$/;
    expect(everyProgram.map((file) => basename(file.path)).filter((path) => !name.test(path))).toEqual([]);
  });

  /** The reason stands beside each. */
  const longFiles: Readonly<Record<string, string>> = {
    'src/config-schema.ts': 'the published JSON Schema as one table',
    'src/ledger/ledger.ts': 'the contract that both engines give: types only, wanted in one view',
    'src/ledger/reconciliation.ts': 'the other part of that contract, types only as well',
    'src/mapping/decide.ts':
      'every way from a settled change to grants and events, so that there is no other',
  };

  it('keeps files within 300 lines, or says why not', () => {
    const long = withoutTests.filter((file) => file.lines > 300 && !(file.path in longFiles));
    expect(long.map((file) => `${file.path}: ${file.lines} lines`)).toEqual([]);
  });

  it('excuses no file that is short by now', () => {
    const stillLong = new Set(withoutTests.filter((file) => file.lines > 300).map((file) => file.path));
    expect(Object.keys(longFiles).filter((path) => !stillLong.has(path))).toEqual([]);
  });

  it('opens each file by saying what it owns', () => {
    const silent = withoutTests.filter((file) => !/^(#!.*\n)?(\/\/ \S|\/\*\*)/.test(file.text));
    expect(silent.map((file) => file.path)).toEqual([]);
  });
});

describe('what no file says', () => {
  /** Built from parts, so that this file does not say them either. */
  const forbidden: readonly (readonly [string, RegExp, readonly SourceFile[]])[] = [
    ['a folder outside the repository', new RegExp(['\\.\\.', 'shared'].join('/')), everyText],
    [
      'work left for later',
      new RegExp(`\\b(${['TO', 'FIX'].map((start, i) => start + ['DO', 'ME'][i]).join('|')})\\b`),
      everyText,
    ],
    [
      'an escape from the compiler',
      new RegExp(`@ts-${'ignore'}|@ts-${'expect-error'}|biome-${'ignore'}`),
      everyProgram,
    ],
    ['console output', /\bconsole\.\w+\(/, [...server, ...simulator]],
  ];

  for (const [what, pattern, files] of forbidden) {
    it(`is silent about ${what}`, () => {
      const wrong = offenders(files, (file) =>
        file.text
          .split('\n')
          .flatMap((line, i) => (pattern.test(line) ? [`line ${i + 1}: ${line.trim().slice(0, 100)}`] : [])),
      );
      expect(wrong).toEqual([]);
    });
  }
});
