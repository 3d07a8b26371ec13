// bifrost provider import: people brought from the directory of a provider, looked at first.

import type { RunJson } from '../../edge/admin/reconciliation-contract.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { usageFailure } from '../failure.ts';
import { showPreview } from '../import-preview.ts';
import { exitCodeOf, firstNames, showRunReport, watchedRun } from '../run-report.ts';
import { providerOperand } from './provider-list.ts';

const filters = ['group', 'role', 'department', 'query'] as const;

export const providerImport: Command = {
  words: ['provider', 'import'],
  summary: 'Bring people from the directory of a provider',
  about:
    'Reads whom the options name (everybody in the scope of the provider without them) and shows who would come, with which access; nothing changes before somebody says so. The same import again changes nothing. Not where SCIM alone makes users (claimsSyncMode "scim").',
  operands: [providerOperand],
  options: {
    group: { value: '<group>', about: 'direct members of this group, by id or exact name' },
    role: { value: '<role>', about: 'who has this role of the application' },
    department: { value: '<department>', about: 'who is in this department' },
    query: { value: '<query>', about: "in the directory's own language" },
    preview: { about: 'only show who would come: the same as without --yes' },
    yes: { about: 'do it at once, without a look' },
  },
  examples: [
    ['provider import entra --department Engineering', 'who would come, with what'],
    ['provider import entra --group "All staff" --yes', 'brings them'],
  ],
  async run(call: Call) {
    const { arguments: given } = call;
    const isSure = given.flag('yes');
    if (isSure && given.flag('preview')) {
      throw usageFailure('--yes does it, --preview shows it.', 'Leave one of the two away.');
    }
    const named = filters.flatMap((name) => {
      const value = given.text(name);
      return value === undefined ? [] : [[name, value]];
    });
    const body = { preview: !isSure, ...(named.length > 0 && { filter: Object.fromEntries(named) }) };
    const api = await call.api();
    const path = pathOf('providers', given.operand('provider'), 'import');
    const begun = await api.send<RunJson>('POST', path, body);
    const run = await watchedRun(call, api, begun.id);
    const names = await firstNames(api, run);
    return {
      document: run,
      exitCode: exitCodeOf(run),
      show(output) {
        if (run.phase === 'waiting') showPreview(run, output);
        else showRunReport(run, names, output);
      },
    };
  },
};
