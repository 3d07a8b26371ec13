// bifrost request replay: what a logged request would change now, and having it take effect once more.

import type { ReplayJson } from '../../edge/admin/request-replay.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { exit } from '../failure.ts';
import type { Output } from '../output.ts';

/** A status of HTTP: from here on the provider would be told no. */
const LEAST_REFUSAL = 400;
const id = '019ab7f0-3c1e-7d52-9a44-0c1f2e3d4b5a';

export const requestReplay: Command = {
  words: ['request', 'replay'],
  summary: 'Say what a logged SCIM request would change now, or have it take effect once more',
  about:
    'Without --apply nothing is written. With it the request goes through the handler that it had, in your name, and is a new request of the log. What held a password, or was longer than the log keeps, cannot be replayed.',
  operands: [{ name: 'request', about: 'id of the request: the page Requests and "tail --json" have it' }],
  options: { apply: { about: 'for real' } },
  examples: [
    [`request replay ${id}`, 'what it would give and take now'],
    [`request replay ${id} --apply`, 'for real'],
  ],
  async run({ arguments: given, api }: Call) {
    const path = pathOf('requests', given.operand('request'), given.flag('apply') ? 'replay' : 'plan');
    const done = await (await api()).send<ReplayJson>('POST', path);
    return {
      document: done,
      show: (output) => show(done, output),
      exitCode: done.status < LEAST_REFUSAL ? exit.ok : exit.no,
    };
  },
};

function show(done: ReplayJson, output: Output): void {
  const { dry, words, status, detail, losses, gains, effectCount, later, request } = done;
  output.line({ tone: 'strong', text: `${words} (${status})` });
  if (detail !== null) output.line(detail);
  for (const { user, target } of losses)
    output.line('  ', { tone: 'bad', text: 'loses ' }, `${user.name}: ${target.name}`);
  for (const { user, target } of gains)
    output.line('  ', { tone: 'good', text: 'gains ' }, `${user.name}: ${target.name}`);
  if (later) output.line('A job reaches the rest of the group.');
  output.line(effectCount === 0 ? 'It changes nothing.' : `${effectCount} events.`);
  output.line(dry ? 'Nothing was written: --apply has it take effect.' : `Logged as the request ${request}.`);
}
