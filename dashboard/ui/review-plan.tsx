// A plan that was made: in one sentence, what to beware of, and everybody it is about by what they gain and lose.

import { Alert, Group, List, Stack, Tabs, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconRefresh, IconShieldLock } from '@tabler/icons-react';
import { useState } from 'react';
import type { PlanStateJson, ReferenceJson, RulesPlanJson } from '../../src/edge/admin/contract.ts';
import { counted } from './counted.ts';
import { PlannedPeople } from './review-people.tsx';
import { PlannedTargets } from './review-targets.tsx';
import { RulesDifference } from './rules-difference.tsx';

export function ReviewedPlan(props: { state: PlanStateJson; plan: RulesPlanJson; onAgain: () => void }) {
  const { plan } = props;
  return (
    <Stack className="review-scroll" gap="sm">
      <Summary plan={plan} />
      <Warnings {...props} />
      {plan.affected > 0 ? <Everybody plan={plan} /> : <RulesDifference of={plan.changes} />}
    </Stack>
  );
}

function Summary({ plan }: { plan: RulesPlanJson }) {
  const { affected, gain, lose, loseSignIn, suspendedLose, people, provider, ruleset } = plan;
  return (
    <div>
      <Title order={2} size="h3" className="number">
        {affected === 0 ? (
          'Nobody gains or loses anything'
        ) : (
          <>
            <span className={lose > 0 ? 'loss' : undefined}>
              {lose === 0
                ? 'Nobody loses anything'
                : `${counted(lose, 'user loses', 'users lose')} something`}
            </span>
            {lose > 0 && ', '}
            {lose > 0 && (
              <span className={loseSignIn > 0 ? 'loss' : undefined}>
                {loseSignIn === 0
                  ? 'all can still sign in'
                  : `${loseSignIn.toLocaleString('en')} could no longer sign in`}
              </span>
            )}
            ,{' '}
            <span className={gain > 0 ? 'gain' : undefined}>
              {gain === 0 ? 'nobody gains' : counted(gain, 'gains', 'gain')}
            </span>
          </>
        )}
      </Title>
      <Text size="sm" c="dimmed">
        {counted(people, 'user', 'users')} of {provider.name} looked at, with the rules number {ruleset} and
        with the new ones. Nothing is changed yet.
        {suspendedLose > 0 &&
          ` ${counted(suspendedLose, 'suspended user loses', 'suspended users lose')} something too: it shows when that is lifted.`}
      </Text>
    </div>
  );
}

function Warnings({
  state,
  plan,
  onAgain,
}: {
  state: PlanStateJson;
  plan: RulesPlanJson;
  onAgain: () => void;
}) {
  const { admins, exempt, named, affected } = plan;
  return (
    <>
      {state.isStale && (
        <Alert color="yellow" icon={<IconRefresh size={18} />} title="Other rules hold by now">
          Somebody changed them after this was planned.{' '}
          <Text span inherit component="button" className="in-text" onClick={onAgain}>
            Review again
          </Text>
        </Alert>
      )}
      {admins.lose > 0 && (
        <Alert
          color="red"
          icon={<IconShieldLock size={18} />}
          title={counted(
            admins.lose,
            'administrator would be none any more',
            'administrators would be none any more',
          )}
        >
          {admins.items.map(({ user }) => user.displayName).join(', ')}
          {admins.lose > admins.items.length && ` and ${admins.lose - admins.items.length} more`}
        </Alert>
      )}
      {exempt.length > 0 && (
        <Alert color="gray" icon={<IconShieldLock size={18} />} title="Nobody is shut out by this">
          <List size="sm">
            {exempt.map(({ user, role, why }) => (
              <List.Item key={user.id}>
                {user.displayName} keeps the role {role.name}, given by hand:{' '}
                {why === 'last-admin'
                  ? 'nobody else would be an administrator.'
                  : 'it is you who makes this change.'}
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
      {named < affected && (
        <Alert color="gray" icon={<IconAlertTriangle size={18} />}>
          Of {affected.toLocaleString('en')} users {named.toLocaleString('en')} are listed, those who lose
          something first. The numbers are of all.
        </Alert>
      )}
    </>
  );
}

const targetTabs = [
  ['role', 'Roles'],
  ['team', 'Teams'],
  ['businessUnit', 'Business Units'],
] as const;

function Everybody({ plan }: { plan: RulesPlanJson }) {
  const [tab, setTab] = useState<string | null>('users');
  const [target, setTarget] = useState<ReferenceJson | null>(null);
  const showTarget = (one: ReferenceJson) => {
    setTarget(one);
    setTab('users');
  };
  const { changes } = plan;
  return (
    <Tabs value={tab} onChange={setTab} keepMounted={false}>
      <Tabs.List mb="sm">
        <Tab value="users" label="Users" count={plan.affected} />
        {targetTabs.map(([kind, label]) => (
          <Tab key={kind} value={kind} label={label} count={plan.totals[kind].count} />
        ))}
        <Tab value="signIn" label="Access lost" count={plan.loseSignIn} isLoss />
        <Tab
          value="rules"
          label="Rules"
          count={changes.added.length + changes.taken.length + changes.other.length}
        />
      </Tabs.List>
      <Tabs.Panel value="users">
        <PlannedPeople plan={plan.id} target={target} onAnyTarget={() => setTarget(null)} />
      </Tabs.Panel>
      {targetTabs.map(([kind, label]) => (
        <Tabs.Panel key={kind} value={kind}>
          <PlannedTargets plan={plan.id} label={label} totals={plan.totals[kind]} onShow={showTarget} />
        </Tabs.Panel>
      ))}
      <Tabs.Panel value="signIn">
        <PlannedPeople plan={plan.id} only="signIn" />
      </Tabs.Panel>
      <Tabs.Panel value="rules">
        <RulesDifference of={changes} />
      </Tabs.Panel>
    </Tabs>
  );
}

interface TabProps {
  value: string;
  label: string;
  count: number;
  isLoss?: boolean;
}

function Tab({ value, label, count, isLoss = false }: TabProps) {
  return (
    <Tabs.Tab value={value}>
      <Group gap={6} wrap="nowrap">
        {label}
        <Text span size="sm" className={isLoss && count > 0 ? 'number loss' : 'number quiet'}>
          {count.toLocaleString('en')}
        </Text>
      </Group>
    </Tabs.Tab>
  );
}
