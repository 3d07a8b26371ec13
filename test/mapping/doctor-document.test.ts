// docs/doctor.md explains everything that the doctor can find, and nothing else.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { findingCodes } from '../../src/mapping/finding.ts';

it('explains every code of a finding', () => {
  const text = readFileSync(new URL('../../docs/doctor.md', import.meta.url), 'utf8');
  const explained = [...text.matchAll(/^\| `([a-z-]+)` \| (?:problem|warning|hint) \|/gm)].map(
    ([, code]) => code,
  );
  expect(explained).toEqual([...findingCodes]);
});
