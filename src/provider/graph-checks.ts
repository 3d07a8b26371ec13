// Whether the application may ask Graph what Bifrost asks: its secret, each permission by name, and what the enterprise
// application says about assignment.

import { decodeJwt } from 'jose';
import type { Provider } from '../identity/provider.ts';
import { own } from '../scim/json.ts';
import { appTokens } from './app-token.ts';
import {
  type Check,
  failed,
  GRAPH_PERMISSIONS,
  type GraphPermission,
  ok,
  refusedCheck,
  skipped,
  warning,
} from './check.ts';
import type { EntraEndpoints } from './endpoints.ts';
import { askGraph, type GraphAnswer } from './graph.ts';
import type { Reach } from './reach.ts';
import { SignInRefusal } from './sign-in-refusal.ts';

/** With a token fetched now: a kept one does not have what was granted since. */
export async function graphChecks(
  reach: Reach,
  provider: Provider,
  endpoints: EntraEndpoints,
): Promise<Check[]> {
  let token: string;
  try {
    token = await (await appTokens(reach, provider, endpoints)).renew();
  } catch (error) {
    if (!(error instanceof SignInRefusal)) throw error;
    const names = [...GRAPH_PERMISSIONS.map((each) => `permission:${each}` as const), 'assignment' as const];
    const others = names.map((name) => skipped(name, 'Not tried: the client secret is needed first.'));
    return [refusedCheck('clientSecret', error), ...others];
  }
  const granted = rolesIn(token);
  const application = await askGraph(reach, provider, { path: applicationPath(endpoints) });
  const permissions = await Promise.all(
    GRAPH_PERMISSIONS.map((each) => permissionCheck(reach, provider, each, granted, application)),
  );
  const accepted = ok('clientSecret', 'Entra accepted client id and client secret.');
  return [accepted, ...permissions, assignmentCheck(application)];
}

/** Wider permissions that contain the one that is needed. */
const containedIn: Readonly<Record<GraphPermission, readonly string[]>> = {
  'User.Read.All': ['User.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'],
  'GroupMember.Read.All': [
    'GroupMember.ReadWrite.All',
    'Group.Read.All',
    'Group.ReadWrite.All',
    'Directory.Read.All',
    'Directory.ReadWrite.All',
  ],
  'Application.Read.All': ['Application.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'],
};

const usedFor: Readonly<Record<GraphPermission, string>> = {
  'User.Read.All': 'to see who is disabled or deleted',
  'GroupMember.Read.All': 'to read groups that a token has no room for, and their members',
  'Application.Read.All': 'to see who is assigned to the application',
};

const probes: Readonly<Record<Exclude<GraphPermission, 'Application.Read.All'>, string>> = {
  'User.Read.All': '/users?$top=1&$select=id',
  'GroupMember.Read.All': '/groups?$top=1&$select=id',
};

function applicationPath({ clientId }: EntraEndpoints): string {
  const quoted = encodeURIComponent(clientId.replaceAll("'", "''"));
  return `/servicePrincipals(appId='${quoted}')?$select=id,accountEnabled,appRoleAssignmentRequired`;
}

async function permissionCheck(
  reach: Reach,
  provider: Provider,
  permission: GraphPermission,
  granted: readonly string[] | null,
  application: GraphAnswer,
): Promise<Check> {
  const name = `permission:${permission}` as const;
  const isGranted =
    granted && [permission, ...containedIn[permission]].some((each) => granted.includes(each));
  if (isGranted === true) return ok(name, `${permission} is granted.`);
  if (isGranted === false) return missing(permission);
  const answer =
    permission === 'Application.Read.All'
      ? application
      : await askGraph(reach, provider, { path: probes[permission] });
  // That there is no such application, only somebody who may read applications is told.
  if (answer.ok || answer.kind === 'notFound') return ok(name, `${permission} is granted: Graph answered.`);
  if (answer.kind === 'forbidden') return missing(permission);
  return skipped(name, `Could not be told. ${answer.message}`);
}

function missing(permission: GraphPermission): Check {
  return failed(
    `permission:${permission}`,
    `The application permission ${permission} of Microsoft Graph is missing: it is needed ${usedFor[permission]}.`,
    `Add ${permission} (type Application, not Delegated) under API permissions, and grant admin consent.`,
  );
}

function assignmentCheck(application: GraphAnswer): Check {
  const name = 'assignment';
  if (!application.ok) {
    if (application.kind !== 'notFound') return skipped(name, `Could not be told. ${application.message}`);
    const advice = 'Check the client id, and consent to the application in this tenant.';
    return failed(name, 'The tenant has no enterprise application with this client id.', advice);
  }
  if (own(application.body, 'accountEnabled') === false) {
    const advice =
      'Switch on "Enabled for users to sign-in" on the Properties of the enterprise application.';
    return failed(name, 'The enterprise application is disabled: nobody can sign in.', advice);
  }
  const isRequired = own(application.body, 'appRoleAssignmentRequired');
  if (isRequired === true) return ok(name, 'Only people who are assigned to the application can sign in.');
  if (isRequired !== false) return skipped(name, 'Graph does not say whether assignment is required.');
  return warning(
    name,
    'Everybody in the tenant can sign in, assigned or not.',
    'Switch on "Assignment required" on the Properties of the enterprise application, if that is not meant.',
  );
}

/** Null where the token cannot be read, as Microsoft reserves, or names none: then Graph itself is asked. */
function rolesIn(token: string): readonly string[] | null {
  try {
    const { roles } = decodeJwt(token);
    return Array.isArray(roles) ? roles.filter((each) => typeof each === 'string') : null;
  } catch {
    return null;
  }
}
