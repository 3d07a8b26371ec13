// bifrost provider import: people brought from the directory, looked at before anything is changed.

import type { RunJson } from '../../edge/admin/reconciliation-contract.ts';
import { pathOf } from '../api.ts';
import type { Call, Command } from '../command.ts';
import {
  exitCodeOf,
  firstNames,
  showPreview,
  showPreviewChoice,
  showReport,
  watchedRun,
} from '../reconciliation.ts';
import { providerOperand } from './provider-list.ts';

const filters = ['group', 'role', 'department', 'query'] as const;

export const providerImport: Command = {
  words: ['provider', 'import'],
  summary: 'Bring people from the directory of a provider, after a look at whom',
  about:
    'Shows a preview first: who would be created or updated, with which role. At a terminal it then asks; elsewhere it says the command that applies it. Filters narrow one another; without any, everybody in the scope of the provider. Nothing is taken from anybody, and the same again changes nothing.',
  operands: [providerOperand],
  options: {
    group: { value: '<group>', about: 'its direct members: id or exact name' },
    role: { value: '<role>', about: 'who has this role of the application: its value' },
    department: { value: '<department>', about: 'exactly this one' },
    query: { value: '<query>', about: "in the directory's own language" },
    yes: { about: 'apply it without a question, and wait' },
  },
  examples: [
    ['provider import entra --group Sales', 'who would come; changes nothing before a yes'],
    ['provider import entra --department Support --yes', 'for scripts'],
  ],
  async run(call: Call) {
    const { arguments: given } = call;
    const api = await call.api();
    const chosen = filters.flatMap((name) => {
      const value = given.text(name);
      return value === undefined ? [] : [[name, value]];
    });
    const body = { preview: true, ...(chosen.length > 0 && { filter: Object.fromEntries(chosen) }) };
    const path = pathOf('providers', given.operand('provider'), 'import');
    const { id } = await api.send<RunJson>('POST', path, body);
    const preview = await watchedRun(call, api, id);
    if (!call.json) showPreview(preview, call.output);
    const choice = preview.phase === 'waiting' ? await chosenBy(call) : 'left';
    if (choice === 'discard') {
      const run = await api.send<RunJson>('POST', pathOf('reconciliations', id, 'discard'));
      return { document: run, show: (output) => output.line('Discarded. Nothing was changed.') };
    }
    if (choice === 'apply') await api.send<RunJson>('POST', pathOf('reconciliations', id, 'resume'));
    const run = choice === 'apply' ? await watchedRun(call, api, id) : preview;
    const names = call.json ? new Map() : await firstNames(api, run);
    return {
      document: run,
      exitCode: exitCodeOf(run),
      show(output) {
        if (run.phase === 'waiting') showPreviewChoice(run, output);
        else showReport(run, names, output);
      },
    };
  },
};

async function chosenBy({ arguments: given, ask, json }: Call): Promise<'apply' | 'discard' | 'left'> {
  if (given.flag('yes')) return 'apply';
  if (ask === null || json) return 'left';
  const said = (await ask('Apply it? Type yes to go on: ')).trim().toLowerCase();
  return said === 'yes' || said === 'y' ? 'apply' : 'discard';
}
