// What a user has and why: the role that won and those that lost, what the rules looked at, teams and business units with every
// reason; and what people give and take by hand.

import { Anchor, Button, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { ExplanationJson, UserJson } from '../../src/edge/admin/contract.ts';
import { useGet } from '../queries.ts';
import { May, useSession } from '../session.tsx';
import { Panel } from '../ui/panel.tsx';
import { Shown } from '../ui/states.tsx';
import { Warning } from '../ui/warning.tsx';
import { ChooseMoment, useMoment } from './user-access-moment.tsx';
import { Reasons, TakeBack, type Taken } from './user-access-reasons.tsx';
import { RolePanel } from './user-access-role.tsx';
import { AccessThen } from './user-access-then.tsx';
import { GiveByHand, TakeBackDialog } from './user-grants.tsx';

export function UserAccess({ user }: { user: UserJson }) {
  const moment = useMoment();
  return (
    <>
      <ChooseMoment />
      {moment === null ? <AccessNow user={user} /> : <AccessThen user={user.id} moment={moment} />}
    </>
  );
}

function AccessNow({ user }: { user: UserJson }) {
  const found = useGet<ExplanationJson>(`/users/${user.id}/access`);
  return <Shown of={found}>{(access) => <Explained user={user} access={access} />}</Shown>;
}

function Explained({ user, access }: { user: UserJson; access: ExplanationJson }) {
  const [isGiving, setGiving] = useState(false);
  const [taken, setTaken] = useState<Taken | null>(null);
  const isThere = user.status !== 'removed';
  return (
    <>
      {isThere && access.role === null && <NoRole user={user} />}
      <RolePanel
        access={access}
        isThere={isThere}
        onTake={setTaken}
        actions={
          isThere && (
            <May do="users:grant">
              <Button
                size="xs"
                variant="default"
                leftSection={<IconPlus size={14} aria-hidden />}
                onClick={() => setGiving(true)}
              >
                Give by hand
              </Button>
            </May>
          )
        }
      />
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Targets kind="team" of={access.teams} isThere={isThere} onTake={setTaken} />
        <Targets kind="businessUnit" of={access.businessUnits} isThere={isThere} onTake={setTaken} />
      </SimpleGrid>
      {access.lookedAt.length > 0 && <LookedAt of={access.lookedAt} />}
      <GiveByHand user={user} opened={isGiving} onClose={() => setGiving(false)} />
      <TakeBackDialog user={user} taken={taken} onClose={() => setTaken(null)} />
    </>
  );
}

function NoRole({ user }: { user: UserJson }) {
  const { may } = useSession();
  const to = `/governance/user-provisioning/${user.provider}/attribute-mapping`;
  return (
    <Warning
      title="No role: they cannot sign in"
      action={
        may('mappings:read') && (
          <Button component={Link} to={to} size="xs" variant="default">
            Doctor on Attribute Mapping
          </Button>
        )
      }
    >
      No role rule matches. What the rules looked at, and what it held, stands below. Change the rule or the
      attribute at the provider{may('users:grant') && ', or give a role by hand'}.
    </Warning>
  );
}

const kinds = {
  team: { title: 'Teams', none: 'In no team.', base: '/governance/teams' },
  businessUnit: { title: 'Business Units', none: 'In no business unit.', base: '/governance/business-units' },
} as const;

interface TargetsProps {
  kind: keyof typeof kinds;
  of: ExplanationJson['teams'];
  isThere: boolean;
  onTake(taken: Taken): void;
}

function Targets({ kind, of, isThere, onTake }: TargetsProps) {
  const { title, none, base } = kinds[kind];
  return (
    <Panel title={title}>
      {of.length === 0 && (
        <Text size="sm" c="dimmed">
          {none}
        </Text>
      )}
      <Stack gap="sm" component="ul" className="plain-list">
        {of.map(({ id, name, sources }) => (
          <li key={id}>
            <Anchor component={Link} to={`${base}/${id}`} size="sm" fw={600}>
              {name}
            </Anchor>
            <Reasons
              of={sources}
              action={isThere && <TakeBack of={{ kind, id, name }} sources={sources} onTake={onTake} />}
            />
          </li>
        ))}
      </Stack>
    </Panel>
  );
}

function LookedAt({ of }: { of: ExplanationJson['lookedAt'] }) {
  return (
    <Panel title="What the role rules looked at">
      <Table.ScrollContainer minWidth={640}>
        <Table verticalSpacing={6} aria-label="What the role rules looked at">
          <Table.Thead>
            <Table.Tr>
              {['Attribute', 'It holds', 'Rules that match', 'Rules that do not'].map((title) => (
                <Table.Th key={title}>{title}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {of.map(({ attribute, values, rules }) => (
              <Table.Tr key={attribute}>
                <Table.Td fw={600}>{attribute}</Table.Td>
                <Table.Td>
                  <Lines
                    of={values.map(({ value, channel }) => `"${value}" (by ${channel})`)}
                    none="nothing"
                  />
                </Table.Td>
                <Table.Td>
                  <Lines of={rules.filter(({ matched }) => matched).map(({ rule }) => rule)} none="none" />
                </Table.Td>
                <Table.Td>
                  <Lines of={rules.filter(({ matched }) => !matched).map(({ rule }) => rule)} none="none" />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Panel>
  );
}

function Lines({ of, none }: { of: readonly string[]; none: string }) {
  if (of.length === 0) return <span className="quiet">{none}</span>;
  return [...new Set(of)].map((line) => <div key={line}>{line}</div>);
}
