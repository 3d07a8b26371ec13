// Who did something: a person by their name, with the way to them, and whatever acts without being one.

import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { UserJson } from '../../src/edge/admin/contract.ts';
import { useGet } from '../queries.ts';
import { useSession } from '../session.tsx';

interface ActorProps {
  kind: string;
  id: string;
  /** Where the server has told it. */
  name?: string;
}

const others: Readonly<Record<string, string>> = {
  admin: 'A local administrator',
  key: 'An API key',
};

const systems: Readonly<Record<string, string>> = {
  local: "The operator's shell",
  configuration: 'The configuration file',
};

export function Actor({ kind, id, name }: ActorProps) {
  const { me } = useSession();
  if (id === me.person?.id) return 'You';
  if (kind === 'user') return <Person id={id} />;
  return name ?? others[kind] ?? systems[id] ?? 'The server';
}

/** `user:0190b5f0-...` */
export function ActorText({ of }: { of: string }) {
  const [kind = '', ...id] = of.split(':');
  return <Actor kind={kind} id={id.join(':')} />;
}

function Person({ id }: { id: string }) {
  const { may } = useSession();
  const found = useGet<UserJson>(`/users/${id}`, { enabled: may('users:read') });
  if (!found.data) return 'A user';
  return (
    <Anchor component={Link} to={`/governance/users/${id}`} inherit>
      {found.data.displayName}
    </Anchor>
  );
}
