// Notices as a terminal has them: one line that says what is so, one what to do, and the command that helps.

import type { NoticeJson, NoticesJson } from '../edge/admin/contract.ts';
import { type Api, pathOf } from './api.ts';
import type { Output, Tone } from './output.ts';

export const severityTones = {
  problem: 'bad',
  warning: 'warning',
  hint: 'dim',
} as const satisfies Record<NoticeJson['severity'], Tone>;

/** None for a key that may not read them, and from a server that is too old to have them: they were not asked for by name. */
export async function noticesOf(api: Api): Promise<readonly NoticeJson[]> {
  const { status, body } = await api.ask(pathOf('notices'));
  return status === 200 ? (body as NoticesJson).items : [];
}

export function showNotice({ severity, words, advice, command }: NoticeJson, output: Output): void {
  output.line({ tone: severityTones[severity], text: severity }, '  ', words);
  output.line('    ', advice);
  if (command !== null) output.line('    ', { tone: 'dim', text: command });
}
