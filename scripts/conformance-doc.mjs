// Writes docs/conformance.md from the titles of the tests: which check and which clause, in which file.
// A title says `[U13] [RFC7643 4.1.1] What holds`; test/conformance/checklist.json says what there is to check.
// `--check` writes nothing and exits 1 when the page on disk is not what would be written.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = join(root, 'docs/conformance.md');
const checklist = JSON.parse(readFileSync(join(root, 'test/conformance/checklist.json'), 'utf8'));
const vectors = JSON.parse(readFileSync(join(root, 'test/vendors/entra.json'), 'utf8'));

const TEST = /\b(?:it|test)(?:\.\w+)*\(\s*(['"`])((?:\\.|(?!\1)[\s\S])*?)\1/g;
const LEADING_TAGS = /^(?:\[[^\]]+\]\s*)+/;
/** Tests below HTTP name the checks that they hold at the end, like `(U12, U13)`. */
const TRAILING_IDS = /\s*\(([A-Z]{1,2}\d{2}(?:, [A-Z]{1,2}\d{2})*)\)$/;
const CHECK_ID = /^[A-Z]{1,2}\d{2}$/;
const CLAUSE = /^(?:RFC\s?\d+\b.*|practice)$/;

/** @typedef {{ ids: string[], clauses: string[], title: string, file: string }} Test */

/** Every test whose title starts with tags, in the order of files and lines. @returns {Test[]} */
function taggedTests() {
  return readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
    .flatMap((name) => testsOf(join(root, 'test', name)));
}

/** @param {string} path @returns {Test[]} */
function testsOf(path) {
  const file = relative(root, path).replaceAll('\\', '/');
  // Elsewhere than here a Q is the number of a vendor's quirk.
  const isBlackBox = file.startsWith('test/conformance/');
  return [...readFileSync(path, 'utf8').matchAll(TEST)].flatMap((match) => {
    const text = match[2].replace(/\\(.)/g, '$1').replace(/\s+/g, ' ');
    const lead = LEADING_TAGS.exec(text)?.[0] ?? '';
    const tags = [...lead.matchAll(/\[([^\]]+)\]/g)].map((tag) => tag[1]);
    const trailing = TRAILING_IDS.exec(text)?.[1].split(', ') ?? [];
    const ids = [...tags, ...trailing].filter(
      (tag) => CHECK_ID.test(tag) && (!tag.startsWith('Q') || isBlackBox),
    );
    const clauses = tags.filter((tag) => CLAUSE.test(tag));
    return ids.length + clauses.length > 0
      ? [{ ids, clauses, title: text.slice(lead.length).replace(TRAILING_IDS, ''), file }]
      : [];
  });
}

/** @param {string} text */
const cell = (text) => text.replaceAll('|', '\\|');
/** @param {string[]} cells */
const row = (...cells) => `| ${cells.map(cell).join(' | ')} |`;
/** @param {string} file */
const link = (file) => `[${file.replace(/^test\//, '')}](../${file})`;
/** @param {string[]} names */
const heading = (...names) => [row(...names), row(...names.map(() => '---'))];

/** @param {Test[]} tests */
function sectionTables(tests) {
  return checklist.sections.flatMap(({ title, checks }) => {
    const rows = checks.flatMap(({ id, clause }) =>
      tests
        .filter((test) => test.ids.includes(id))
        .map((test) => row(id, test.clauses.join(', ') || clause, test.title, link(test.file))),
    );
    return rows.length > 0
      ? [`## ${title}`, '', ...heading('check', 'clause', 'what holds', 'test'), ...rows, '']
      : [];
  });
}

/** @param {{ id: string, clause: string, about: string, section: string }[]} missing */
function missingTable(missing) {
  const why = (id) => checklist.untested[id] ?? 'Not yet tested.';
  return [
    '## Checks without a test',
    '',
    ...(missing.length === 0
      ? ['None.']
      : [
          ...heading('check', 'clause', 'about', 'why'),
          ...missing.map(({ id, clause, section, about }) =>
            row(id, clause, `${section}: ${about}`, why(id)),
          ),
        ]),
    '',
  ];
}

/** @param {Test[]} tests */
function furtherTable(tests) {
  if (tests.length === 0) return [];
  const rows = tests.map((test) => row(test.clauses.join(', '), test.title, link(test.file)));
  return ['## Further tests that name a clause', '', ...heading('clause', 'what holds', 'test'), ...rows, ''];
}

function vectorTable() {
  const rows = [...vectorsByQuirk()].map(([quirk, group]) =>
    row(
      quirk,
      group.map((vector) => vector.name).join(', '),
      [...new Set(group.map((vector) => vector.dialect))].sort().join(', '),
      [...new Set(group.map((vector) => vector.confidence))].sort().join(', '),
    ),
  );
  return [
    '## Requests of identity providers',
    '',
    `${vectors.length} requests as providers send them, kept as data in [vendors/entra.json](../test/vendors/entra.json)`,
    'and each run against the server by [vendors/vectors.test.ts](../test/vendors/vectors.test.ts).',
    '',
    ...heading('habit', 'vectors', 'dialect', 'evidence'),
    ...rows.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })),
    '',
  ];
}

function vectorsByQuirk() {
  const groups = new Map();
  for (const vector of vectors) groups.set(vector.quirk, [...(groups.get(vector.quirk) ?? []), vector]);
  return groups;
}

function render() {
  const tests = taggedTests();
  const checks = checklist.sections.flatMap((section) =>
    section.checks.map((check) => ({ ...check, section: section.title })),
  );
  const known = new Set(checks.map((check) => check.id));
  const covered = new Set(tests.flatMap((test) => test.ids));
  const missing = checks.filter((check) => !covered.has(check.id));
  const further = tests.filter((test) => !test.ids.some((id) => known.has(id)));
  return `${[
    '# Conformance',
    '',
    'Which guarantee of RFC 7643, 7644, 9865 and of known identity providers is held by which test.',
    'Generated by `scripts/conformance-doc.mjs` from the titles of the tests; do not edit.',
    '',
    `${checks.length - missing.length} of ${checks.length} checks have a test; ${tests.length} tests name a check or a clause.`,
    'Clauses are of the RFCs; "practice" marks what no RFC demands.',
    '',
    ...sectionTables(tests),
    ...missingTable(missing),
    ...vectorTable(),
    ...furtherTable(further),
  ]
    .join('\n')
    .trimEnd()}\n`;
}

function onDisk() {
  try {
    return readFileSync(page, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return '';
    throw error;
  }
}

const text = render();
if (onDisk() === text) {
  process.stdout.write('docs/conformance.md is up to date\n');
} else if (process.argv.includes('--check')) {
  process.stderr.write('docs/conformance.md is stale: run node scripts/conformance-doc.mjs\n');
  process.exitCode = 1;
} else {
  writeFileSync(page, text);
  process.stdout.write('docs/conformance.md written\n');
}
