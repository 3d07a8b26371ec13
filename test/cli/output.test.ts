// What reaches the terminal: aligned, coloured only where wanted, and nothing that a directory sent can steer it.

import { describe, expect, test } from 'vitest';
import { createOutput } from '../../src/cli/output.ts';

function written(
  isTTY: boolean,
  env: NodeJS.ProcessEnv,
  use: (output: ReturnType<typeof createOutput>) => void,
) {
  let text = '';
  const sink = { write: (more: string) => (text += more), isTTY };
  use(createOutput(sink, { write: () => true }, env));
  return text;
}

describe('colours', () => {
  const tinted = { tone: 'good', text: 'active' } as const;

  test('on a terminal', () => {
    expect(written(true, {}, (output) => output.line(tinted))).toBe('\u001b[32mactive\u001b[0m\n');
  });

  test.each([
    ['into a pipe', false, {}],
    ['with NO_COLOR', true, { NO_COLOR: '1' }],
    ['on a dumb terminal', true, { TERM: 'dumb' }],
  ])('none %s', (_, isTTY, env) => {
    expect(written(isTTY, env, (output) => output.line(tinted))).toBe('active\n');
  });
});

describe('tables', () => {
  test('columns align, also with wide and combining characters', () => {
    const text = written(false, {}, (output) =>
      output.table(
        ['NAME', 'ROLE'],
        [
          ['山田太郎', 'Admin'],
          ['Zoe\u0308', 'Viewer'],
          ['Amara Osei', 'none'],
        ],
      ),
    );
    expect(text.split('\n')).toEqual([
      'NAME        ROLE',
      '山田太郎    Admin',
      'Zoe\u0308         Viewer',
      'Amara Osei  none',
      '',
    ]);
  });

  test('colours do not count as width', () => {
    const text = written(true, {}, (output) => output.table(['A', 'B'], [[{ tone: 'bad', text: 'x' }, 'y']]));
    expect(text.split('\n')[1]).toBe('\u001b[31mx\u001b[0m  y');
  });
});

describe('text from outside', () => {
  test.each([
    ['an escape sequence', 'a\u001b[2Jb', 'a\\u001b[2Jb'],
    ['a line break', 'a\nb', 'a\\u000ab'],
    ['a control sequence in one character', 'a\u009b2Jb', 'a\\u009b2Jb'],
    ['writing turned round', 'a\u202eb', 'a\\u202eb'],
  ])('%s is shown, not sent', (_, sent, shown) => {
    expect(written(true, {}, (output) => output.line(sent))).toBe(`${shown}\n`);
  });

  test('JSON keeps the value and sends no control character', () => {
    const name = 'a\u001b[2J\u009b\u202e\u007fb';
    const text = written(true, {}, (output) => output.document({ name }));
    expect(JSON.parse(text)).toEqual({ name });
    expect(text).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
  });
});
