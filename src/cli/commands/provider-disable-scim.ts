// bifrost provider disable-scim: SCIM is switched off, and somebody says what becomes of those whom it brought.

import type { ProviderJson } from '../../edge/admin/contract.ts';
import type { JobJson } from '../../edge/admin/jobs.ts';
import { type Api, pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import type { List } from '../list.ts';
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

export const providerDisableScim: Command = {
  words: ['provider', 'disable-scim'],
  summary: 'Switch SCIM off, and say what becomes of whom it brought',
  about: `Shows the plan first, and at a terminal asks for the number of users. ${choicesInWords} People whom only a sign-in has told of are left alone. What SCIM said stays known and satisfies no rule until it is on again. To refuse requests for a while and change nothing else: bifrost provider disable.`,
  operands: [providerOperand],
  options: removalOptions,
  examples: [
    ['provider disable-scim entra --people suspend --plan', 'what it would mean; changes nothing'],
    ['provider disable-scim entra --people keep', 'everybody stays, by hand from then on'],
  ],
  async run(call: Call) {
    const api = await call.api();
    const intent = readIntent(call, 'scim');
    const plan = await planOf(api, intent);
    if (call.arguments.flag('plan')) {
      return { document: plan, show: (output) => showPlan(plan, output, intent.people) };
    }
    const confirm = await confirmed(call, plan, intent.people);
    const said = {
      ...(intent.people && { people: intent.people }),
      ...(confirm !== undefined && { confirm }),
    };
    const body = { scim: { enabled: false, ...said } };
    const { id } = plan.provider;
    const provider = await api.send<ProviderJson>('PATCH', pathOf('providers', id), body);
    const begun = provider.retirement ? await jobOf(api, id) : undefined;
    const job = begun ? await watched(call, api, begun) : null;
    return {
      document: { plan, provider, job },
      show(output) {
        const done = `SCIM is off for ${provider.name}.`;
        if (job) showJobEnd(job, done, output);
        else output.line(done);
      },
    };
  },
};

/** The newest of the provider. */
async function jobOf(api: Api, provider: string): Promise<JobJson | undefined> {
  const { items } = await api.get<List<JobJson>>(pathOf('jobs'), { limit: 500 });
  return items.find((each) => each.kind === 'end-scim' && each.provider === provider);
}
