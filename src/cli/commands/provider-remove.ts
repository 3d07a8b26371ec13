// bifrost provider remove: a provider goes, and somebody says what becomes of its people.

import type { JobJson } from '../../edge/admin/jobs.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import {
  choicesInWords,
  confirmed,
  planOf,
  readIntent,
  removalOptions,
  showJobEnd,
  showPlan,
  watched,
} from '../removal.ts';
import { providerOperand } from './provider-list.ts';

export const providerRemove: Command = {
  words: ['provider', 'remove'],
  summary: 'Remove a provider, and say what becomes of its people',
  about: `Shows the plan first, and at a terminal asks for the number of users. ${choicesInWords} From then on nobody comes in by it, and its name is free; a job does the rest, and goes on after a crash. People who are kept have their home in the removed provider, which --people remove removes for good later.`,
  operands: [providerOperand],
  options: removalOptions,
  examples: [
    ['provider remove entra --people remove --plan', 'what it would mean; changes nothing'],
    ['provider remove entra --people keep', 'everybody stays, by hand from then on'],
    ['provider remove entra --people remove --confirm 1204 --json', 'for scripts, which nobody asks'],
  ],
  async run(call: Call) {
    const api = await call.api();
    const intent = readIntent(call, 'provider');
    const plan = await planOf(api, intent);
    if (call.arguments.flag('plan')) {
      return { document: plan, show: (output) => showPlan(plan, output, intent.people) };
    }
    const confirm = await confirmed(call, plan, intent.people);
    const query = new URLSearchParams();
    if (intent.people !== undefined) query.set('people', intent.people);
    if (confirm !== undefined) query.set('confirm', String(confirm));
    const path = `${pathOf('providers', plan.provider.id)}${query.size > 0 ? `?${query}` : ''}`;
    const begun = await api.send<JobJson | null>('DELETE', path);
    const job = begun && (await watched(call, api, begun));
    return {
      document: { plan, job },
      show(output) {
        const done = `Removed the provider ${plan.provider.name}.`;
        if (job) showJobEnd(job, done, output);
        else output.line(done);
      },
    };
  },
};
