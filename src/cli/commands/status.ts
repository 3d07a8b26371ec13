// bifrost status: whether a server runs, which version, how much there is, and what should be known or done.

import type { NoticeJson, StatusJson } from '../../edge/admin/contract.ts';
import type { AlarmJson, GuardJson } from '../../edge/admin/guard.ts';
import type { JobJson } from '../../edge/admin/jobs.ts';
import { pathOf } from '../api.ts';
import { heldLine } from '../batch.ts';
import type { Call, Command } from '../command.ts';
import type { List } from '../list.ts';
import { noticesOf, showNotice } from '../notices.ts';
import { when } from '../when.ts';

const wayWords = {
  remote: 'a server elsewhere',
  socket: 'a server that runs on this machine',
  'in-process': 'no server runs: this command opened the data itself',
} as const;

const jobWords: Readonly<Record<JobJson['kind'], string>> = {
  'resolve-all': 'The rules changed, and everybody is being resolved anew',
  'resolve-others': 'Groups come by SCIM now, and whoever had them from elsewhere is being resolved anew',
  'resolve-members': 'A large group was renamed, and its members are being resolved anew',
  'leave-group': 'A large group was removed, and its members are losing what it gave',
  'remove-provider': 'A provider is being removed, and its people are being decided on',
  'end-scim': 'SCIM was switched off, and whom it had brought is being decided on',
  purge: 'A removed user is being erased',
  'forget-provider': 'What is left of the people of a removed provider is being erased',
  retention: 'What has become old is being forgotten',
};

function jobInWords({ kind, done, total, state, lastError }: JobJson): string {
  const progress = total === null ? `${done} done` : `${done} of ${total}`;
  const trouble = state === 'failing' ? ` A part of it broke and is tried again: ${lastError}` : '';
  return `${jobWords[kind]}: ${progress}.${trouble}`;
}

function alarmLine({ provider, people, active, since, at }: AlarmJson & Pick<GuardJson, 'provider'>): string {
  return `Alarm of ${when(at)}: SCIM has suspended or removed ${people} of ${active} active users of ${provider.name} since ${when(since)}. It is in effect; if it was a mistake, put it right at the provider.`;
}

/** These are told with their numbers. */
const toldInFull: readonly NoticeJson['code'][] = ['batches-held', 'scim-wave', 'jobs-failing'];

export const status: Command = {
  words: ['status'],
  summary: 'Show whether a server runs, how much there is, and what should be known or done',
  examples: [
    ['status', 'also which way the commands take'],
    ['status --json', 'the way stands in "via": remote, socket or in-process'],
  ],
  async run({ api: open }: Call) {
    const api = await open();
    const told = await api.get<StatusJson>(pathOf('status'));
    const underWay = { underWay: 'true', limit: 500, sort: 'createdAt' };
    const { items: jobs } = await api.get<List<JobJson>>(pathOf('jobs'), underWay);
    const { items: guard } = await api.get<List<GuardJson>>(pathOf('guard'), { limit: 500 });
    const held = guard.flatMap((each) => each.held);
    const alarms = guard.flatMap(({ provider, alarms }) => alarms.map((each) => ({ provider, ...each })));
    const notices = await noticesOf(api);
    const { counts } = told;
    return {
      document: { via: api.kind, at: api.name, ...told, jobs, held, alarms, notices },
      show(output) {
        output.fields([
          ['Reached', `${wayWords[api.kind]} (${api.name})`],
          ['Version', told.version],
          ['Storage', told.engine],
          ...(counts
            ? ([
                ['Users', String(counts.users)],
                ['Groups', `${counts.groups}, with ${counts.memberships} memberships`],
                ['Holdings', `${counts.holdings} roles, teams and business units that users have`],
                ['Events', `${counts.events}, the last at position ${told.lastPosition}`],
              ] as const)
            : []),
        ]);
        for (const job of jobs) output.line(jobInWords(job));
        for (const batch of held) output.line({ tone: 'warning', text: heldLine(batch) });
        for (const alarm of alarms) output.line({ tone: 'bad', text: alarmLine(alarm) });
        for (const notice of notices) if (!toldInFull.includes(notice.code)) showNotice(notice, output);
      },
    };
  },
};
