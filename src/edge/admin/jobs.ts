// Work that goes on beside the requests: what there is of it, how far it has come, and the purge that an administrator
// begins.

import { type Static, Type } from 'typebox';
import type { Job } from '../../ledger/ledger.ts';
import { Refusal } from '../../refusal.ts';
import { shorten } from '../../scim/json.ts';
import { batchShape, showBatch } from './batch-contract.ts';
import { choice, count, listQuery, orNull, pageOf, rfc3339, sortedBy, text, time } from './contract.ts';
import { needUser } from './look-up.ts';
import { pageInMemory } from './page.ts';
import { changeBy, type Route, route } from './route.ts';

export const jobShape = Type.Object({
  id: text(),
  kind: choice(
    [
      'resolve-all',
      'resolve-members',
      'leave-group',
      'resolve-others',
      'remove-provider',
      'end-scim',
      'purge',
      'forget-provider',
      'retention',
    ],
    'resolve-...: access after a change of rules or of a large group; leave-group: members of a removed group; remove-provider, end-scim: people of a provider that is removed, or whose SCIM was switched off; purge: what is personal of a removed user; forget-provider: of the people of a provider that was removed long ago; retention: what has become old.',
  ),
  provider: orNull(text()),
  subject: orNull(text('Id of the group or user that it is about; null where it is about all.')),
  state: choice(
    ['waiting', 'failing', 'done', 'superseded'],
    'failing: a part of it broke and is tried again; superseded: newer rules took its place.',
  ),
  done: count('How many it has been through.'),
  total: orNull(count('How many there were when it began; null where nobody counted.')),
  chunks: count('Parts that were committed.'),
  createdAt: time(),
  finishedAt: orNull(time()),
  failures: count('How often a part of it broke.'),
  lastError: orNull(text('What was said when a part of it broke last.')),
  cause: Type.Object(
    { kind: text(), id: text() },
    { description: 'What it follows from, as events name it.' },
  ),
});
export type JobJson = Static<typeof jobShape>;

export function showJob(job: Job): JobJson {
  const { id, kind, provider, done, total, chunks, failures, lastError, cause } = job;
  return {
    id,
    kind,
    provider,
    subject: job.subject || null,
    state: job.outcome ?? (lastError === null ? 'waiting' : 'failing'),
    done,
    total,
    chunks,
    createdAt: rfc3339(job.createdAt),
    finishedAt: rfc3339(job.finishedAt),
    failures,
    lastError,
    cause,
  };
}

/** Work under way comes first in what is read, so that a list which is cut lacks what ended long ago. */
const JOBS_READ = 1000;

const listJobs = route({
  method: 'GET',
  path: '/jobs',
  permission: { resource: 'system', operation: 'read' },
  summary: 'Work beside the requests, newest first: what is under way, and what ended lately',
  query: Type.Object(
    {
      ...listQuery,
      underWay: Type.Optional(choice(['true', 'false'], '`true`: not ended yet; `false`: ended.')),
      sort: sortedBy('-createdAt', 'createdAt'),
    },
    { additionalProperties: false },
  ),
  response: pageOf(jobShape),
  async handle({ parts: { ledger }, query: { underWay, ...query } }) {
    const jobs = await ledger.jobs(JOBS_READ);
    const asked = jobs.filter(
      (job) => underWay === undefined || (job.finishedAt === null) === (underWay === 'true'),
    );
    const named = asked.map((job) => ({ ...showJob(job), name: job.kind }));
    const page = pageInMemory('jobs', named, { sort: '-createdAt', ...query }, (job) => job.createdAt);
    const items = page.items.map(({ name: _, ...job }) => job);
    return { body: { ...page, items, ...(jobs.length === JOBS_READ && { totalIsCapped: true }) } };
  },
});

const getJob = route({
  method: 'GET',
  path: '/jobs/{id}',
  permission: { resource: 'system', operation: 'read' },
  summary: 'One piece of work, and how far it is',
  response: jobShape,
  async handle({ parts: { ledger }, params }) {
    const job = (await ledger.jobs(JOBS_READ)).find((each) => each.id === params.id);
    if (!job) throw new Refusal('notFound', `There is no job ${shorten(params.id)}, or it ended long ago.`);
    return { body: showJob(job) };
  },
});

const purgeUser = route({
  method: 'POST',
  path: '/users/{id}/purge',
  permission: { resource: 'users', operation: 'purge' },
  summary: 'Erase what is personal of a removed user, for good',
  description:
    'The record, the requests about it, and what events say of it; events keep the id alone, in their place. Nothing brings it back. It is done by a job (GET /jobs); asking again while it is under way changes nothing. Where more would be erased in a day than the guard of the provider lets pass, it is held, with others in one batch, until somebody approves that.',
  status: 202,
  response: batchShape,
  refuses: {
    404: 'Nobody has that id',
    409: 'The user was not removed: the provider, or DELETE of SCIM, does that first',
  },
  async handle(call) {
    const { ledger } = call.parts;
    const { provider, id } = (await needUser(ledger, call.params.id)).loaded.user;
    const held = await ledger.purgeUser(provider, id, changeBy(call));
    return held ? { body: await showBatch(ledger, held) } : {};
  },
});

export const jobRoutes: readonly Route[] = [listJobs, getJob, purgeUser];
