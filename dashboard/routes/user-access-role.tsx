// The role of a user: everything that speaks for one, the winner first, and why the others lost.

import { Anchor, Table, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { ExplanationJson } from '../../src/edge/admin/contract.ts';
import { Mark } from '../ui/badges.tsx';
import { counted } from '../ui/counted.ts';
import { Panel } from '../ui/panel.tsx';
import { roleStrategies } from '../ui/role-strategies.ts';
import { Reason, TakeBack, type Taken } from './user-access-reasons.tsx';

const lost = {
  'to-manual': 'Lost to the one given by hand',
  'fewer-permissions': 'Lost: fewer permissions',
  'later-rule': 'Lost to an earlier rule',
} as const;

interface RolePanelProps {
  access: ExplanationJson;
  isThere: boolean;
  actions: ReactNode;
  onTake(taken: Taken): void;
}

export function RolePanel({ access, isThere, actions, onTake }: RolePanelProps) {
  const { words, candidates, strategy, pending, ruleset } = access;
  return (
    <Panel title="Role" actions={actions}>
      <Text size="sm">
        {words}
        {pending && ' The rules have just changed; what is stored follows in a moment.'}
      </Text>
      {candidates.length > 0 && (
        <Table.ScrollContainer minWidth={640}>
          <Table verticalSpacing={8} aria-label="What speaks for a role">
            <Table.Thead>
              <Table.Tr>
                {['Role', 'Outcome', 'Why'].map((title) => (
                  <Table.Th key={title}>{title}</Table.Th>
                ))}
                <Table.Td />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {candidates.map((each) => (
                <CandidateRow
                  key={`${each.role.id} ${each.source.words}`}
                  of={each}
                  isThere={isThere}
                  onTake={onTake}
                />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <Text size="sm" c="dimmed">
        A role given by hand wins over every rule. {roleStrategies[strategy].about} By the rules number{' '}
        {ruleset}.
      </Text>
    </Panel>
  );
}

interface CandidateRowProps {
  of: ExplanationJson['candidates'][number];
  isThere: boolean;
  onTake(taken: Taken): void;
}

function CandidateRow({
  of: { role, lost: why, permissionCount, source },
  isThere,
  onTake,
}: CandidateRowProps) {
  const taken = { kind: 'role', id: role.id, name: role.name } as const;
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor component={Link} to={`/governance/roles/${role.id}`} size="sm" fw={600}>
          {role.name}
        </Anchor>
        <Text size="xs" c="dimmed" className="number" miw="max-content">
          {counted(permissionCount, 'permission', 'permissions')}
        </Text>
      </Table.Td>
      <Table.Td>
        <Mark tone={why === null ? 'good' : 'quiet'} miw="max-content">
          {why === null ? 'Won' : lost[why]}
        </Mark>
      </Table.Td>
      <Table.Td>
        <Reason of={source} />
      </Table.Td>
      <Table.Td ta="right">{isThere && <TakeBack of={taken} sources={[source]} onTake={onTake} />}</Table.Td>
    </Table.Tr>
  );
}
