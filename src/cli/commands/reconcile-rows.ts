// bifrost reconcile heal, ignore and unignore: what a person says of single differences.

import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { exit, usageFailure } from '../failure.ts';
import type { Output } from '../output.ts';
import { runOperand } from '../reconciliation.ts';

const rowsOperand = {
  name: 'row',
  about: 'ids of differences: "reconcile drift" shows them',
  several: true,
} as const;

interface Skipped {
  skipped: { id: string; why: string }[];
}

/** Exit code 1 where any of them was left as it was. */
async function said<Done extends Skipped>(
  { arguments: given, api }: Call,
  verb: string,
  more: Record<string, unknown>,
  show: (done: Done, output: Output) => void,
) {
  const path = pathOf('reconciliations', given.operand('run'), 'drift', verb);
  const done = await (await api()).send<Done>('POST', path, { rows: given.operands('row'), ...more });
  return {
    document: done,
    exitCode: done.skipped.length === 0 ? exit.ok : exit.no,
    show(output: Output) {
      show(done, output);
      for (const { id, why } of done.skipped) output.line(`Nothing was done to ${id}: ${why}`);
    },
  };
}

export const reconcileHeal: Command = {
  words: ['reconcile', 'heal'],
  summary: 'Heal differences now, each looked at once more before',
  about:
    'Also where the provider only reports. At most 100 at once. The guard counts none of it. Exit code 1 where any was left.',
  operands: [runOperand, rowsOperand],
  examples: [['reconcile heal 019ab7f0-3c1e-7d52-9a44-0c1f2e3d4b5a <row> <row>', 'these two']],
  run: (call: Call) =>
    said<Skipped & { healed: string[] }>(call, 'heal', {}, ({ healed }, output) =>
      output.line(`Healed ${healed.length}.`),
    ),
};

export const reconcileIgnore: Command = {
  words: ['reconcile', 'ignore'],
  summary: 'Leave differences alone: later runs show them and do nothing',
  about: 'At most 100 at once. Exit code 1 where any was not taken.',
  operands: [runOperand, rowsOperand],
  options: {
    until: { value: '<date>', about: 'until then, 2026-12-31 or with a time (RFC 3339); else for good' },
  },
  examples: [
    ['reconcile ignore 019ab7f0-3c1e-7d52-9a44-0c1f2e3d4b5a <row> --until 2026-12-31', 'for a while'],
  ],
  run: (call: Call) => {
    const until = readUntil(call.arguments.text('until'));
    return said<Skipped & { ignored: string[] }>(call, 'ignore', { until }, ({ ignored }, output) =>
      output.line(`Ignored ${ignored.length} ${until === null ? 'for good' : `until ${until}`}.`),
    );
  },
};

export const reconcileUnignore: Command = {
  words: ['reconcile', 'unignore'],
  summary: 'Look at ignored differences again, from the next run on',
  operands: [runOperand, rowsOperand],
  examples: [['reconcile unignore 019ab7f0-3c1e-7d52-9a44-0c1f2e3d4b5a <row>', 'this one']],
  run: (call: Call) =>
    said<Skipped & { unignored: string[] }>(call, 'unignore', {}, ({ unignored }, output) =>
      output.line(`The next run decides on ${unignored.length} again.`),
    ),
};

/** A day alone begins at midnight, UTC. */
function readUntil(text: string | undefined): string | null {
  if (text === undefined) return null;
  const whole = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;
  if (!Number.isNaN(Date.parse(whole))) return whole;
  throw usageFailure(
    `--until cannot be "${text}".`,
    'Write a day (2026-12-31) or a time (2026-12-31T18:00:00Z).',
  );
}
