// How far a run is or how it ended, as a coloured word.

import type { RunJson } from '../../../src/edge/admin/contract.ts';
import { Mark } from '../badges.tsx';
import { outcomes } from './run-words.ts';

export function RunMark({ run: { phase, outcome } }: { run: Pick<RunJson, 'phase' | 'outcome'> }) {
  if (phase === 'waiting') return <Mark tone="warn">Waits for you</Mark>;
  if (outcome === null) return <Mark tone="plain">Under way</Mark>;
  const { tone, words } = outcomes[outcome];
  return <Mark tone={tone}>{words}</Mark>;
}
