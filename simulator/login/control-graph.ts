// Orders about Graph and provisioning over HTTP: throttling and its account, snapshots for replicas that lag behind, cycles
// of the provisioning agent and what it loses.

import type { ThrottleSettings } from '../graph/throttle.ts';
import type { Skip } from '../provisioning.ts';
import { type Body, type ControlCall, type ControlRoutes, number, textList } from './control-route.ts';
import { ControlError } from './login-control.ts';

const MOST_UNITS = 1_000_000;

export const GRAPH_ROUTES: ControlRoutes = {
  'PUT /control/throttle': {
    says: '{ "unitsPer10s": 50, "retryAfter": false }; {} is by the size of the tenant',
    answer: ({ control, body }) => control.setThrottle(readThrottle(body)),
  },
  'DELETE /control/throttle': {
    says: 'nobody is throttled',
    answer: ({ control }) => control.setThrottle(null),
  },
  'GET /control/usage': {
    says: 'what Graph was asked since the start; ?clientId= for another application',
    answer: ({ control, query }) => control.usage(query.get('clientId') ?? undefined),
  },
  'DELETE /control/usage': { says: 'counts from nothing', answer: ({ control }) => control.resetUsage() },
  'PUT /control/snapshots/*': {
    says: 'keeps the tenant as it is now, for the fault { "kind": "stale", "snapshot": "..." }',
    answer: ({ control, name }) => control.takeSnapshot(name),
  },
  'GET /control/provisioning': {
    says: 'the provisioning agent of serve --push-base, and what it lost',
    answer: ({ control }) => control.provisioning().status(),
  },
  'POST /control/provisioning/cycle': {
    says: 'one cycle now; answers its report',
    answer: ({ control }) => control.provisioning().cycle(),
  },
  'POST /control/provisioning/skip': {
    says: '{ "users": ["..."], "next": 2 }: these operations never arrive, and the agent believes they did',
    answer: ({ control, body }) => control.provisioning().skip(readSkip(control, body)),
  },
  'DELETE /control/provisioning/skip': {
    says: 'nothing more is lost',
    answer: ({ control }) => control.provisioning().skip(null),
  },
};

function readThrottle({ unitsPer10s, retryAfter }: Body): ThrottleSettings {
  if (retryAfter !== undefined && typeof retryAfter !== 'boolean')
    throw new ControlError('retryAfter: not a flag');
  return {
    ...(unitsPer10s === undefined ? {} : { unitsPer10s: number(unitsPer10s, 'unitsPer10s', 1, MOST_UNITS) }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
}

/** A group is named by its object id. */
function readSkip(control: ControlCall['control'], body: Body): Skip {
  const { groups } = control.tenant();
  const names = textList(body.users, 'users');
  const objectIds = names.map((name) => (groups.has(name) ? name : control.user(name).objectId));
  if (body.users === undefined && body.next === undefined)
    throw new ControlError('users, next or both are needed');
  return {
    ...(body.users === undefined ? {} : { objectIds }),
    ...(body.next === undefined ? {} : { next: number(body.next, 'next', 1, Number.MAX_SAFE_INTEGER) }),
  };
}
