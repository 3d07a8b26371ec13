// Users as the CLI finds and shows them.

import type { UserJson } from '../edge/admin/contract.ts';
import { type Api, pathOf } from './api.ts';
import { CliFailure, exit } from './failure.ts';
import type { Text, Tone } from './output.ts';

/** The user of that id, userName or externalId. @throws CliFailure when there is none, or several and none was meant. */
export async function findUser(api: Api, named: string, provider: string | undefined): Promise<UserJson> {
  const byId = await api.ask(pathOf('users', named));
  if (byId.status === 200) return byId.body as UserJson;
  for (const key of ['userName', 'externalId']) {
    const found = await api.ask(pathOf('access'), { [key]: named, provider });
    if (found.status === 404) continue;
    if (found.status === 200) {
      const { user } = found.body as { user: { id: string } };
      return api.get<UserJson>(pathOf('users', user.id));
    }
    // Refused for another reason: asking plainly says it.
    await api.get(pathOf('access'), { [key]: named, provider });
  }
  const place = provider === undefined ? '' : ` of the provider "${provider}"`;
  throw new CliFailure(
    exit.no,
    `No user${place} has the id, userName or externalId "${named}".`,
    'Look for a part of the name: bifrost user list --search <text>',
  );
}

const statusTones: Readonly<Record<UserJson['status'], Tone>> = {
  active: 'good',
  suspended: 'warning',
  removed: 'bad',
};

export function statusText(status: UserJson['status']): Text {
  return { tone: statusTones[status], text: status };
}

const suspensionWords: Readonly<Record<string, string>> = {
  scim: 'the provider says so by SCIM',
  directory: 'the directory says so',
  admin: 'an administrator did it here; only a person lifts it',
};

export function suspensionText(reasons: readonly string[]): string {
  return reasons.map((reason) => suspensionWords[reason] ?? reason).join('; ');
}

export function namesOf(targets: readonly { name: string }[]): string {
  return targets.length === 0 ? '-' : targets.map(({ name }) => name).join(', ');
}
