// The shape of a notice: what somebody should know or do, without having asked.

import { type Static, Type } from 'typebox';
import { severities } from '../../mapping/finding.ts';
import { choice, orNull, reference, text, time } from './contract.ts';

const noticeCodes = [
  'disk-full',
  'replica-deaf',
  'no-live-token',
  'token-ended',
  'token-ends',
  'client-secret-ended',
  'client-secret-ends',
  'client-secret-end-differs',
  'endpoint-unreachable',
  'provider-silent',
  'sign-in-failed-trial',
  'directory-not-compared',
  'directory-comparison-failed',
  'batches-held',
  'scim-wave',
  'links-wait',
  'webhook-paused',
  'webhook-failing',
  'jobs-failing',
  'feed-late',
  'verification-failed',
  'versions-differ',
  'no-administrator',
  'no-break-glass',
] as const;

const noticeShape = Type.Object({
  code: choice(noticeCodes),
  severity: choice(severities, 'problem: something does not work; warning: it will not, or waits; hint.'),
  words: text('What is so.'),
  advice: text('What to do.'),
  command: orNull(text('On the command line, where a command helps.')),
  page: orNull(text('Address of the dashboard, without its host.')),
  provider: orNull(reference),
  at: orNull(time('Since when it is so; of an end, when that is.')),
});
export type NoticeJson = Static<typeof noticeShape>;
export type NoticeCode = NoticeJson['code'];

/** Without what all notices of one provider have. */
export type Notice = Omit<NoticeJson, 'provider'>;

export const noticesShape = Type.Object({
  ok: Type.Boolean({
    description: 'There is no problem, of what is not told to who asks either; warnings and hints are none.',
  }),
  items: Type.Array(noticeShape, { description: 'Problems first, then warnings, then hints.' }),
});
export type NoticesJson = Static<typeof noticesShape>;
