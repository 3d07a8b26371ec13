// Where the configuration file is looked for, in which forms it may be written, and how its syntax errors are told.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readSettings } from '../../src/config.ts';
import { limits } from '../../src/limits.ts';
import { env, errorOf, example } from './sample.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bifrost-config-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const read = (more: Record<string, string> = {}) => readSettings({ env: { ...env, ...more }, directory });
const save = (name: string, text: string): void => writeFileSync(join(directory, name), text);

describe('where it is looked for', () => {
  test('nowhere: nothing is declared', () => expect(read().declared).toBeNull());

  test.each(['bifrost.json', 'bifrost.yaml', 'bifrost.yml'])('%s in the working directory', (name) => {
    save(name, JSON.stringify(example));
    expect(read()).toMatchObject({
      configPath: join(directory, name),
      declared: { providers: [{ name: 'entra' }] },
    });
  });

  test('BIFROST_CONFIG goes before both', () => {
    save('bifrost.json', '{"nonsense": 1}');
    save('other.conf', 'apiKeys: []');
    expect(read({ BIFROST_CONFIG: 'other.conf' }).configPath).toBe(join(directory, 'other.conf'));
  });

  test('two of the names beside each other are refused: neither is the truth', () => {
    save('bifrost.json', '{}');
    save('bifrost.yml', '{}');
    expect(errorOf(read).problems).toEqual([
      { path: 'bifrost.json and bifrost.yml', message: expect.stringContaining('BIFROST_CONFIG') },
    ]);
  });

  test('a named file that is not there, is a folder, or is too large', () => {
    mkdirSync(join(directory, 'folder'));
    save('large.json', ' '.repeat(limits.configBytes + 1));
    const messageOf = (name: string) => errorOf(() => read({ BIFROST_CONFIG: name })).problems[0]?.message;
    expect(messageOf('none.json')).toMatch(/no such file; BIFROST_CONFIG names it/);
    expect(messageOf('folder')).toMatch(/cannot be read \(EISDIR\)/);
    expect(messageOf('large.json')).toMatch(/larger than 5 MiB/);
  });
});

describe('how it may be written', () => {
  test('YAML says the same as JSON', () => {
    const yaml = `
# who may ask
apiKeys:
  - { name: ops, key: env.BIFROST_OPS_KEY, role: Admin }
providers:
  - name: entra
    kind: entra
    tenantId: contoso.com
    clientId: app
    attributeTeamMappings:
      - attribute: groups
        value: "*"
        team: "\${*}"
`;
    const json = {
      apiKeys: example.apiKeys,
      providers: [
        {
          name: 'entra',
          kind: 'entra',
          tenantId: 'contoso.com',
          clientId: 'app',
          attributeTeamMappings: [{ attribute: 'groups', value: '*', team: '${*}' }],
        },
      ],
    };
    const fromYaml = readSettings({ env, configText: yaml }).declared;
    expect(fromYaml).toEqual(readSettings({ env, config: json }).declared);
  });

  test('JSON indented with tabs, with a byte order mark, and an empty YAML file', () => {
    const text = `\uFEFF${JSON.stringify(example, null, '\t')}`;
    expect(readSettings({ env, configText: text }).declared?.providers).toHaveLength(1);
    expect(readSettings({ env, configText: '# nothing yet\n' }).declared).toEqual({
      providers: [],
      apiKeys: [],
    });
  });

  test.each([
    ['a bracket that is not closed', '{"apiKeys": [', /line 1, column 1\d: /],
    ['a missing comma', '{\n  "apiKeys": []\n  "providers": []\n}', /line 3, column \d+: /],
    [
      'a doubled key',
      '{\n  "apiKeys": [],\n  "apiKeys": []\n}',
      /line 3, column 3: this key stands here for the second time/,
    ],
    ['a tab in YAML', 'sessions:\n\tcap: 1d\n', /line 2, column 1: a tab/],
    ['an alias to nowhere', 'apiKeys: *none\n', /alias/],
  ])('%s is told with its place', (_, text, message) => {
    const { problems } = errorOf(() => readSettings({ env, configText: text, configPath: 'bifrost.json' }));
    expect(problems).toEqual([{ path: 'bifrost.json', message: expect.stringMatching(message) }]);
  });

  test('aliases that would grow without end are refused', () => {
    const levels = Array.from(
      { length: 30 },
      (_, i) => `l${i}: &l${i} [${i === 0 ? 'x' : `*l${i - 1}, *l${i - 1}`}]`,
    );
    const { problems } = errorOf(() => readSettings({ env, configText: levels.join('\n') }));
    expect(problems.some(({ message }) => message.includes('alias'))).toBe(true);
  });

  test('a syntax error never quotes the text, and does not hide problems of the environment', () => {
    const text = '{"apiKeys": [{"key": "hunter2hunter2" "role"; hunter2: }';
    const error = errorOf(() => readSettings({ env: { PORT: 'x' }, configText: text }));
    expect(error.message).not.toContain('hunter2');
    expect(error.problems.map(({ path }) => path)).toEqual(['PORT', 'configuration']);
  });
});
