// What an import would do, as a table, and the command that applies it.

import type { WholeRunJson } from '../edge/admin/whole-run.ts';
import type { Output } from './output.ts';

/** Of the 50 in the preview, as many as a screen has room for. */
const PEOPLE_SHOWN = 20;

export function showPreview({ id, previewed }: WholeRunJson, output: Output): void {
  if (!previewed) return;
  const { create, update, unchanged, skipped, roles, first } = previewed;
  output.line();
  output.line(
    { tone: 'strong', text: `${create} would come` },
    `, ${update} would change, ${unchanged} are here and stay as they are, ${skipped} are skipped.`,
  );
  const counts = Object.entries(roles).map(([name, n]) => `${n} ${name === '' ? 'without a role' : name}`);
  if (counts.length > 0) output.line(`Roles: ${counts.join(', ')}`);
  if (first.length > 0) {
    output.line();
    output.table(
      ['FIRST OF THEM', 'NAME', 'BECOMES', 'ROLE', 'TEAMS', 'BUSINESS UNITS', 'WHY'],
      first
        .slice(0, PEOPLE_SHOWN)
        .map((person) => [
          person.userName,
          person.displayName ?? '-',
          person.becomes,
          person.role ?? (person.becomes === 'skipped' ? '-' : { tone: 'warning', text: 'none' }),
          person.teams.join(', ') || '-',
          person.businessUnits.join(', ') || '-',
          person.why ?? '',
        ]),
    );
  }
  output.line();
  output.line('Nothing was changed.');
  output.line(`Apply it: bifrost reconcile resume ${id}    Do not: bifrost reconcile discard ${id}`);
}
