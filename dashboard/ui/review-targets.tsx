// How many people each role, team or business unit gains and loses by a plan; those that lose are open, and stand first.

import { Accordion, Button, Group, List, Text } from '@mantine/core';
import type { PlannedJson, ReferenceJson, RulesPlanJson } from '../../src/edge/admin/contract.ts';
import { type ListPage, useGet } from '../queries.ts';
import { counted } from './counted.ts';
import { Empty, Shown } from './states.tsx';

const OPEN_AT_FIRST = 3;
const PEOPLE_SHOWN = 5;

type Totals = RulesPlanJson['totals']['role'];

interface PlannedTargetsProps {
  plan: string;
  label: string;
  totals: Totals;
  /** Everybody who gains or loses that one. */
  onShow(target: ReferenceJson): void;
}

export function PlannedTargets({ plan, label, totals, onShow }: PlannedTargetsProps) {
  const { items, count } = totals;
  if (items.length === 0) return <Empty title={`${label} stay as they are`} />;
  const losing = items.filter(({ lose }) => lose > 0).slice(0, OPEN_AT_FIRST);
  return (
    <>
      <Accordion multiple variant="contained" defaultValue={losing.map(({ id }) => id)} keepMounted={false}>
        {items.map((target) => (
          <Accordion.Item key={target.id} value={target.id}>
            <Accordion.Control>
              <Group justify="space-between" wrap="nowrap" pr="sm">
                <Text size="sm" fw={600} truncate>
                  {target.name}
                </Text>
                <Group gap="md" wrap="nowrap" className="number unshrunk">
                  {target.lose > 0 && (
                    <Text span size="sm" className="loss">
                      − {counted(target.lose, 'user', 'users')}
                    </Text>
                  )}
                  {target.gain > 0 && (
                    <Text span size="sm" className="gain">
                      + {counted(target.gain, 'user', 'users')}
                    </Text>
                  )}
                </Group>
              </Group>
            </Accordion.Control>
            <Accordion.Panel>
              <FirstPeople plan={plan} target={target} onShow={() => onShow(target)} />
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
      {count > items.length && (
        <Text size="sm" c="dimmed" mt="xs">
          The first {items.length} of {count.toLocaleString('en')}.
        </Text>
      )}
    </>
  );
}

interface FirstPeopleProps {
  plan: string;
  target: Totals['items'][number];
  onShow(): void;
}

function FirstPeople({ plan, target, onShow }: FirstPeopleProps) {
  const found = useGet<ListPage<PlannedJson>>(`/plans/${plan}/people`, {
    query: { target: target.id, limit: PEOPLE_SHOWN },
  });
  return (
    <Shown of={found}>
      {({ items, total }) => (
        <>
          <List size="sm" listStyleType="none">
            {items.map(({ user, loses }) => {
              const isLoss = loses.some(({ id }) => id === target.id);
              return (
                <List.Item key={user.id}>
                  <span className={isLoss ? 'loss' : 'gain'}>{isLoss ? '−' : '+'}</span> {user.displayName}{' '}
                  {user.userName !== user.displayName && (
                    <Text span size="xs" c="dimmed">
                      {user.userName}
                    </Text>
                  )}
                </List.Item>
              );
            })}
          </List>
          {total > items.length && (
            <Button size="compact-sm" variant="subtle" mt={4} onClick={onShow}>
              All {total.toLocaleString('en')}
            </Button>
          )}
        </>
      )}
    </Shown>
  );
}
