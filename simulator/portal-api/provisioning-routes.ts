// The Provisioning tab over HTTP: settings, Test Connection, cycles, provision on demand, logs, and what was sent.

import { type CycleReport, ON_DEMAND_MEMBERS } from '../agent/cycle.ts';
import { LOG_NAME } from '../agent/failure.ts';
import { ControlError, type LoginControl } from '../login/login-control.ts';
import { isWebAddress } from '../usage.ts';
import type {
  ConnectionTestJson,
  ListJson,
  LogEntryJson,
  LogRowJson,
  OnDemandJson,
  ProvisioningJson,
  ScopeName,
} from './contract.ts';
import { showEntry, showRow } from './log-entry.ts';
import {
  oneOf,
  type PortalCall,
  PortalRefusal,
  type PortalRoutes,
  pageOf,
  searched,
  textOf,
  textsOf,
} from './portal-call.ts';
import { type DeskSettings, isConnected } from './provisioning-desk.ts';

export const PROVISIONING_ROUTES: PortalRoutes = {
  'GET /provisioning': showProvisioning,
  'PATCH /provisioning': save,
  'POST /provisioning/test-connection': test,
  'POST /provisioning/cycle': ({ desk }) => {
    needsConnection(desk.settings());
    // It is watched, not waited for.
    void desk.cycle();
  },
  'POST /provisioning/restart': ({ desk }) => desk.restart(),
  'POST /provisioning/on-demand': onDemand,
  'GET /provisioning/logs': listLogs,
  'GET /provisioning/logs/*': showLog,
  'DELETE /provisioning/logs': ({ desk }) => desk.log.clear(),
  'GET /provisioning/sent': ({ desk, query }) => ({
    items: desk.log.exchangesAfter(Number(query.get('after')) || 0),
  }),
};

function showProvisioning({ desk, control }: PortalCall): ProvisioningJson {
  const { mode, tenantUrl, secretToken, status, clock, mappings } = desk.settings();
  const { state, reason } = desk.health();
  return {
    ...{ mode, tenantUrl, status, clock },
    hasSecretToken: secretToken !== '',
    scope: control.tenant().scope,
    mappings: {
      user: { isEnabled: mappings.user.isEnabled },
      group: { isEnabled: mappings.group.isEnabled },
    },
    health: { state, reason },
    run: desk.log.running(),
    nextCycleInMs: desk.nextCycleInMs(),
    cycles: desk.cycles(),
    commandLine: commandLineOf(control),
  };
}

/** What `serve --push-base` provisions to. */
function commandLineOf(control: LoginControl): string | null {
  try {
    return control.provisioning().status().base;
  } catch (error) {
    if (error instanceof ControlError) return null;
    throw error;
  }
}

function save(call: PortalCall): ProvisioningJson {
  const { desk, control } = call;
  const changes = readSettings(call);
  const wanted = { ...desk.settings(), ...changes };
  if (wanted.status === 'on') needsConnection(wanted);
  const { body } = call;
  const scopes: readonly ScopeName[] = ['assigned', 'all'];
  const scope = body.scope === undefined ? control.tenant().scope : oneOf(body.scope, 'scope', scopes);
  const isOtherScope = scope !== control.tenant().scope;
  if (isOtherScope) control.changeTenant((tenant) => ({ ...tenant, scope }));
  desk.save(changes, { resync: isOtherScope });
  return showProvisioning(call);
}

function readSettings(call: PortalCall): Partial<DeskSettings> {
  const { body } = call;
  return {
    secretToken: tokenIn(call),
    ...(body.mode !== undefined && { mode: oneOf(body.mode, 'mode', ['manual', 'automatic'] as const) }),
    ...(body.tenantUrl !== undefined && { tenantUrl: readTenantUrl(textOf(body, 'tenantUrl')) }),
    ...(body.status !== undefined && { status: oneOf(body.status, 'status', ['on', 'off'] as const) }),
    ...(body.clock !== undefined && {
      clock: oneOf(body.clock, 'clock', ['real', 'sixty', 'tenSeconds'] as const),
    }),
    // Manual has no cycles that could be on.
    ...(body.mode === 'manual' && { status: 'off' as const }),
  };
}

function readTenantUrl(text: string): string {
  if (text !== '' && !isWebAddress(text)) {
    throw new PortalRefusal(400, 'Tenant URL: an address that begins with https:// or http://');
  }
  return text;
}

/** Left empty, the one that is kept. What cannot travel in a header would throw in the middle of a cycle. */
function tokenIn({ desk, body }: PortalCall): string {
  const text = body.secretToken === undefined ? '' : textOf(body, 'secretToken');
  if (!/^[\x21-\x7e]*$/.test(text)) {
    throw new PortalRefusal(400, 'Secret Token: it has a character in it that a token cannot have');
  }
  return text || desk.settings().secretToken;
}

function needsConnection(settings: DeskSettings): void {
  if (isConnected(settings)) return;
  throw new PortalRefusal(
    409,
    'Set Provisioning Mode to Automatic and save a Tenant URL and a Secret Token first',
  );
}

async function test(call: PortalCall): Promise<ConnectionTestJson> {
  const { desk, body } = call;
  const tenantUrl = readTenantUrl(textOf(body, 'tenantUrl'));
  const secretToken = tokenIn(call);
  if (tenantUrl === '' || secretToken === '') {
    throw new PortalRefusal(400, 'A Tenant URL and a Secret Token are needed to test the connection');
  }
  const last = desk.log.exchangesAfter(0).at(-1)?.number ?? 0;
  const report = await desk.test(tenantUrl, secretToken);
  const exchanges = desk.log.exchangesAfter(last).filter(({ run }) => run === 'Test Connection');
  return { ...verdict(report, tenantUrl), exchanges };
}

function verdict(report: CycleReport, tenantUrl: string): Omit<ConnectionTestJson, 'exchanges'> {
  const failure = report.failures[0];
  const told =
    failure && `${failure.entra}: ${failure.method} ${failure.path} ${failure.problem}. ${failure.detail}`;
  if (report.stopped === null) {
    return {
      isGood: true,
      title: 'The supplied credentials are authorized to enable provisioning',
      // An answer may be good enough to go on with and still not be as it should.
      detail: told?.trim() ?? `${tenantUrl} answered as a SCIM server does.`,
    };
  }
  const isDenied = failure?.status === 403 || failure?.entra === LOG_NAME.invalidCredentials;
  return {
    isGood: false,
    title: isDenied
      ? 'You appear to have entered invalid credentials. Please confirm you are using the correct information for an administrative account.'
      : `It was not possible to connect to ${tenantUrl}`,
    detail: told?.trim() ?? report.stopped,
  };
}

async function onDemand({ desk, control, body }: PortalCall): Promise<OnDemandJson> {
  needsConnection(desk.settings());
  const users = body.users === undefined ? [] : textsOf(body, 'users');
  const tenant = control.tenant();
  const group = body.group === undefined ? undefined : tenant.groups.get(textOf(body, 'group'));
  if (!users.every((id) => tenant.users.has(id)) || (body.group !== undefined && !group)) {
    throw new PortalRefusal(404, 'There is no such user or group in this directory');
  }
  if (users.length === 0 && !group) throw new PortalRefusal(400, 'Select a user or a group first');
  if (users.length > ON_DEMAND_MEMBERS) {
    throw new PortalRefusal(400, `Provision on demand takes at most ${ON_DEMAND_MEMBERS} users`);
  }
  const what = group
    ? { users: [], group: { id: group.objectId, memberIds: users.filter((id) => group.memberIds.has(id)) } }
    : { users };
  const { entries, stopped } = await desk.onDemand(what);
  return { entries: entries.map(showEntry).reverse(), stopped };
}

function listLogs(call: PortalCall): ListJson<LogRowJson> {
  const { desk, query } = call;
  const [status, action, identity] = ['status', 'action', 'identity'].map((name) => query.get(name));
  const found = desk.log
    .entries()
    .filter((one) => !identity || one.about.objectId === identity)
    .map(showRow)
    .filter(
      (row) =>
        (!status || row.status === status) &&
        (!action || row.action === action) &&
        searched(call, row.displayName, row.name, row.objectId),
    );
  return { items: pageOf(call, found), total: found.length };
}

function showLog({ desk, names }: PortalCall): LogEntryJson {
  const entry = desk.log.entries().find(({ id }) => String(id) === names[0]);
  if (!entry) throw new PortalRefusal(404, 'The provisioning logs no longer have this entry');
  return showEntry(entry);
}
