// bifrost verify: whether everything that is stored is right.

import type { VerificationJson } from '../../edge/admin/contract.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { exit } from '../failure.ts';

export const verify: Command = {
  words: ['verify'],
  summary: 'Check everything that is stored',
  about:
    'Stored access against the rules, every membership and grant against what it names, the chain of events against tampering, and the file. Reads everything; exit code 1 when something is wrong.',
  examples: [
    ['verify', 'beside a running server, which keeps answering'],
    ['verify --json', 'for monitoring: "ok" and "problems"'],
  ],
  async run({ api: open }: Call) {
    const report = await (await open()).send<VerificationJson>('POST', pathOf('verify'));
    return {
      document: report,
      exitCode: report.ok ? exit.ok : exit.no,
      show(output) {
        output.line(`Checked ${report.users} users, ${report.groups} groups and ${report.events} events.`);
        if (report.ok) return output.line({ tone: 'good', text: 'Everything holds.' });
        const { problemCount } = report;
        output.line({ tone: 'bad', text: problemCount === 1 ? 'One problem:' : `${problemCount} problems:` });
        for (const problem of report.problems) output.line('  ', problem);
        const more = report.problemCount - report.problems.length;
        if (more > 0) output.line(`  and ${more} more`);
      },
    };
  },
};
