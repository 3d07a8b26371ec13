// Value patterns: exact text, any value, a captured part, wildcards. Letter case never matters, every other character
// stands for itself, and no pattern takes long.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold } from '../../src/fold.ts';
import { compilePattern, cutText, isDerived, targetName } from '../../src/mapping/rule.ts';

describe('compilePattern', () => {
  /** Pattern, value, and what it captures; null where it does not fit. */
  const table: readonly (readonly [string, string, string | null])[] = [
    ['admin', 'admin', 'admin'],
    ['admin', 'ADMIN', 'ADMIN'],
    ['Admin', 'admins', null],
    ['admin', ' admin', null],
    ['*', 'anything at all', 'anything at all'],
    ['*', '', null],
    ['${*}', 'anything', 'anything'],
    ['${*}', '', null],
    ['eng-*', 'eng-platform', 'eng-platform'],
    ['eng-*', 'ENG-', 'ENG-'],
    ['eng-*', 'eng', null],
    ['*-eng', 'platform-ENG', 'platform-ENG'],
    ['a*b*c', 'aXbYc', 'aXbYc'],
    ['a*b*c', 'abc', 'abc'],
    ['a*b*c', 'acb', null],
    ['a*a', 'a', null],
    ['a*a', 'aa', 'aa'],
    ['*mid*', 'amidst', 'amidst'],
    ['*mid*', 'mist', null],
    ['eng-${*}', 'eng-platform', 'platform'],
    ['eng-${*}', 'ENG-Platform', 'Platform'],
    ['eng-${*}', 'eng-', null],
    ['eng-${*}', 'sales-platform', null],
    ['${*}-team', 'Platform-TEAM', 'Platform'],
    ['eng-${*}-team', 'eng-Platform-team', 'Platform'],
    ['eng-${*}-team', 'eng-team', null],
    ['eng-${*}-team', 'eng--team', null],
    ['eng-${*}-team', 'eng-a-team-b-team', 'a-team-b'],
    ['*-${*}', 'eng-platform-core', 'platform-core'],
    ['${*}-*', 'eng-platform-core', 'eng-platform'],
    ['a*b${*}', 'a1b2b3', '2b3'],
    ['${*}-${*}', 'eng-platform', 'eng'],
    // Characters that mean something in other languages mean themselves here.
    ['a.c', 'abc', null],
    ['a.c', 'A.C', 'A.C'],
    ['(x)+[y]?^z$|\\d', '(X)+[Y]?^Z$|\\D', '(X)+[Y]?^Z$|\\D'],
    ['%_', 'ab', null],
    ['${x}', '${X}', '${X}'],
    ['$', '$', '$'],
    ['{*}', '{anything}', '{anything}'],
    ['$${*}', '$5', '5'],
    // Letters beyond ASCII, composed or not.
    ['MÜLLER', 'müller', 'müller'],
    ['mu\u0308ller', 'MÜLLER', 'MÜLLER'],
    ['straße', 'STRASSE', 'STRASSE'],
    ['STRASSE-${*}', 'straße-Nord', 'nord'],
    ['ß${*}', 'ßABe\u0301', 'abé'],
    ['ΟΔΟΣ', 'οδος', 'οδος'],
    ['οδος-${*}', 'ΟΔΟΣ-Βορράς', 'Βορράς'],
    ['😀${*}', '😀😁', '😁'],
    ['${*}😀', '😁😀', '😁'],
  ];
  for (const [pattern, value, captured] of table) {
    it(`${JSON.stringify(pattern)} on ${JSON.stringify(value)}: ${JSON.stringify(captured)}`, () => {
      expect(compilePattern(pattern)(value)).toBe(captured);
    });
  }

  const word = fc.stringMatching(/^[a-zA-ZäÄéßΣ😀.$(){}\\ -]{0,8}$/u);

  it('fits exactly where a value begins and ends as the fixed text does, and captures the rest', () => {
    fc.assert(
      fc.property(word, word, word, (before, middle, after) => {
        const captured = compilePattern(`${before}\${*}${after}`)(before + middle + after);
        if (fold(middle) === '') expect(captured).toBeNull();
        else expect(captured === null ? null : fold(captured)).toBe(fold(middle));
      }),
    );
  });

  it('keeps the letters of a capture as they were written, where folding changes no length', () => {
    const plain = fc.stringMatching(/^[a-zA-ZäÄéÉ -]{1,8}$/u);
    fc.assert(
      fc.property(plain, plain, plain, (before, middle, after) => {
        expect(
          compilePattern(`${before}\${*}${after}`)(before.toUpperCase() + middle + after.toLowerCase()),
        ).toBe(middle);
      }),
    );
  });

  it('finds the same as a regular expression would, with every other character escaped', () => {
    const piece = fc.stringMatching(/^[ab.*]{0,6}$/);
    fc.assert(
      fc.property(piece, fc.stringMatching(/^[abAB.]{1,8}$/), (pattern, value) => {
        const expression = new RegExp(
          `^${pattern
            .split('*')
            .map((part) => part.replaceAll('.', '\\.'))
            .join('.*')}$`,
          'is',
        );
        expect(compilePattern(pattern)(value) !== null).toBe(expression.test(value));
      }),
      { numRuns: 2000 },
    );
  });

  it('takes no time for hostile patterns', () => {
    const value = `${'a'.repeat(60_000)}b`;
    const patterns = [
      'a*'.repeat(500),
      `${'*a'.repeat(500)}*c`,
      `${'a*'.repeat(200)}\${*}${'*a'.repeat(200)}`,
      `${'*'.repeat(1000)}x`,
      '(a+)+$',
    ];
    for (const pattern of patterns) {
      const compiled = compilePattern(pattern);
      const start = performance.now();
      for (let i = 0; i < 10; i++) compiled(value);
      expect(performance.now() - start).toBeLessThan(1000);
    }
  });
});

describe('targetName', () => {
  it('puts the capture in the place of the mark, and nothing of it is read again', () => {
    expect(targetName('*', 'Platform')).toBe('Platform');
    expect(targetName('Team ${*}', 'Platform')).toBe('Team Platform');
    expect(targetName('${*}/${*}', 'a')).toBe('a/a');
    expect(targetName('Team ${*}', "$& $1 ${*} $'")).toBe("Team $& $1 ${*} $'");
    expect(targetName('Engineers', 'Platform')).toBe('Engineers');
  });

  it('is trimmed and cut, without half characters', () => {
    expect(targetName('*', '  Kites ')).toBe('Kites');
    expect(targetName('*', 'x'.repeat(300))).toHaveLength(256);
    const cut = targetName('*', `${'x'.repeat(255)}😀`);
    expect(cut.isWellFormed()).toBe(true);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => cutText(text).isWellFormed()),
    );
  });
});

describe('isDerived', () => {
  it('holds where the name is made from the value', () => {
    expect(['*', '${*}', 'Team ${*}'].map(isDerived)).toEqual([true, true, true]);
    expect(['Team', 'Team *', ''].map(isDerived)).toEqual([false, false, false]);
  });
});
