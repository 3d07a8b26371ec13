// The parts of a provider's page that only show: connection, calls, rules, comparison, guard. Each leads to the page that has more.

import { Anchor, Button, Group, Stack, Table, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type {
  GuardJson,
  MappingsJson,
  ProviderHealthJson,
  ProviderJson,
  ReconciliationStateJson,
  RequestJson,
} from '../../src/edge/admin/contract.ts';
import { type ListPage, useGet } from '../queries.ts';
import { useSession } from '../session.tsx';
import { Mark } from '../ui/badges.tsx';
import { CopyField } from '../ui/copy-field.tsx';
import { counted } from '../ui/counted.ts';
import { Facts } from '../ui/facts.tsx';
import { Panel } from '../ui/panel.tsx';
import { roleStrategies } from '../ui/role-strategies.ts';
import { RunMark } from '../ui/runs/run-mark.tsx';
import { Shown } from '../ui/states.tsx';
import { When } from '../ui/when.tsx';
import { connectionFacts } from './provider-facts.tsx';
import { contactOf } from './provider-health.tsx';
import { kinds } from './provider-kinds.ts';
import { ProviderRhythm } from './provider-rhythm.tsx';

const PROVISIONING = '/governance/user-provisioning';
const REQUESTS_SHOWN = 5;

/** Links are plain addresses here. */
function Lead({ to, label, children }: { to: string; label?: string; children: ReactNode }) {
  return (
    <Button component={Link} to={to as never} size="xs" variant="default" aria-label={label}>
      {children}
    </Button>
  );
}

// --- calls ------------------------------------------------------------------------------------------------------

export function HealthPanel({ provider, health }: { provider: ProviderJson; health: ProviderHealthJson }) {
  const { may } = useSession();
  const contact = contactOf(health, provider);
  const { users, failuresOfDay: refused, groups, nextExpectedAt } = health;
  const failures = `${refused.count}${refused.isCapped ? '+' : ''}`;
  return (
    <Panel
      title="Provisioning"
      beside={
        <Mark tone={provider.scim.enabled ? 'plain' : 'quiet'}>
          {provider.scim.enabled ? 'SCIM on' : 'SCIM off'}
        </Mark>
      }
      actions={
        may('requests:read') && <Lead to={`/governance/requests?provider=${provider.id}`}>All requests</Lead>
      }
    >
      <Text size="sm">{contact.about}</Text>
      <ProviderRhythm provider={provider} health={health} />
      <Facts
        of={[
          ['Last request', <When key="last" at={health.lastRequest?.at} />],
          ['Last success', <When key="ok" at={health.lastSuccess?.at} />],
          ...(nextExpectedAt === null
            ? []
            : [['Next cycle expected', <When key="next" at={nextExpectedAt} />] as const]),
          [
            'Refused in 24 hours',
            <span key="refused" className={refused.count > 0 ? 'loss number' : 'number'}>
              {failures}
            </span>,
          ],
          [
            'Users',
            `${users.active} active, ${users.suspended} suspended, ${users.withoutRole} without a role`,
          ],
          ['Groups', `${groups}`],
          ['Made of them', `${health.teams} teams, ${health.businessUnits} business units`],
        ]}
      />
      {may('requests:read') && health.lastRequest !== null && <LastRequests provider={provider} />}
    </Panel>
  );
}

function LastRequests({ provider }: { provider: ProviderJson }) {
  const requests = useGet<ListPage<RequestJson>>('/requests', {
    query: { provider: provider.id, limit: REQUESTS_SHOWN },
  });
  return (
    <Shown of={requests}>
      {({ items }) => (
        <Table verticalSpacing={4} fz="sm" aria-label="Last requests" layout="fixed">
          <Table.Tbody>
            {items.map(({ id, at, action, status }) => (
              <Table.Tr key={id}>
                <Table.Td w={130} c="dimmed">
                  <When at={at} />
                </Table.Td>
                <Table.Td>
                  <Text size="sm" truncate title={action}>
                    {action}
                  </Text>
                </Table.Td>
                <Table.Td w={64} ta="right">
                  <Mark tone={status < 400 ? 'good' : 'bad'}>{status}</Mark>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Shown>
  );
}

// --- connection -------------------------------------------------------------------------------------------------

export function ConnectionPanel({
  provider,
  health,
}: {
  provider: ProviderJson;
  health: ProviderHealthJson | undefined;
}) {
  const { kind, scim, createdAt } = provider;
  return (
    <Panel title="Connection">
      <Facts
        of={[
          ['Kind', kinds[kind].label],
          ...connectionFacts(provider, health),
          ['Added', <When key="added" at={createdAt} />],
          ...(provider.declaredIn === null ? [] : [['Declared in', provider.declaredIn] as const]),
        ]}
      />
      {scim.enabled && (
        <CopyField
          label="SCIM Endpoint URL"
          value={scim.endpoint}
          {...(kind === 'entra' && { description: 'In Entra: Tenant URL' })}
        />
      )}
    </Panel>
  );
}

// --- rules ------------------------------------------------------------------------------------------------------

export function MappingPanel({ provider }: { provider: ProviderJson }) {
  const mappings = useGet<MappingsJson>(`/providers/${provider.id}/mappings`);
  const path = `${PROVISIONING}/${provider.id}`;
  const rules = (count: number) => counted(count, 'rule', 'rules');
  return (
    <Panel
      title="Attribute Mapping"
      actions={
        <>
          <Lead to={`${path}/history`}>History</Lead>
          <Lead to={`${path}/attribute-mapping`} label="Open Attribute Mapping">
            Open
          </Lead>
        </>
      }
    >
      <Shown of={mappings}>
        {(found) => (
          <Stack gap="sm">
            <Facts
              of={[
                ['Roles', rules(found.attributeRoleMappings.length)],
                ['Where several roles match', roleStrategies[found.roleResolutionStrategy].label],
                ['Teams', rules(found.attributeTeamMappings.length)],
                ['Business Units', rules(found.attributeBusinessUnitMappings.length)],
                ['SCIM Attributes', `${Object.keys(found.claimScimAttributes).length}`],
                ['Version', `${found.ruleset}`],
              ]}
            />
            {found.attributeRoleMappings.length === 0 && (
              <Text size="sm">
                No rule gives a role, so nobody comes in but those who were given one by hand:{' '}
                <Anchor component={Link} to={`${path}/attribute-mapping` as never} inherit underline="always">
                  add one
                </Anchor>
                .
              </Text>
            )}
          </Stack>
        )}
      </Shown>
    </Panel>
  );
}

// --- comparison and guard ---------------------------------------------------------------------------------------

const modes = { heal: 'Differences are healed', report: 'Differences are reported', off: 'Off' } as const;

export function ReconciliationPanel({ provider }: { provider: ProviderJson }) {
  const state = useGet<ReconciliationStateJson>(`/providers/${provider.id}/reconciliation`);
  return (
    <Panel
      title="Reconciliation"
      actions={<Lead to={`/governance/reconciliation?provider=${provider.id}`}>Runs</Lead>}
    >
      <Shown of={state}>
        {({ mode, every, directory, obstacle, nextDueAt, underWay, last }) => (
          <Stack gap="sm">
            <Facts
              of={[
                ['Mode', mode === 'off' ? modes.off : `${modes[mode]}, every ${every}`],
                ['Directory', directory ?? 'None that can be read'],
                [
                  'Last run',
                  <Group key="last" gap={6}>
                    <When at={last?.startedAt} />
                    {last && <RunMark run={last} />}
                  </Group>,
                ],
                ['Next run', underWay ? 'Under way' : <Due key="next" at={nextDueAt} />],
              ]}
            />
            {obstacle !== null && <Text size="sm">{obstacle}</Text>}
          </Stack>
        )}
      </Shown>
    </Panel>
  );
}

function Due({ at }: { at: string | null }) {
  if (at !== null && Date.parse(at) <= Date.now()) return 'Due now';
  return <When at={at} never="by hand alone" />;
}

export function GuardPanel({ provider }: { provider: ProviderJson }) {
  const guard = useGet<ListPage<GuardJson>>('/guard', { query: { search: provider.name } });
  const found = guard.data?.items.find((each) => each.provider.id === provider.id);
  return (
    <Panel
      title="Guard"
      beside={found && found.held.length > 0 && <Mark tone="warn">{found.held.length} held</Mark>}
      actions={<Lead to={`/governance/held?provider=${provider.id}`}>Held batches</Lead>}
    >
      <Text size="sm" c="dimmed">
        What a comparison or a change of rules would take from more people in a day is held until somebody
        decides.
      </Text>
      <Facts
        of={[
          ['Limit', `${provider.guard.percent} % of active users, or ${provider.guard.count}`],
          ...(found
            ? ([
                ['That is now', `${found.allowance} of ${found.active}`],
                [
                  'Taken in 24 hours',
                  `${found.taken.reconciliation} by comparison, ${found.taken.rules} by rules`,
                ],
                ['Alarms in 24 hours', `${found.alarms.length}`],
              ] as const)
            : []),
        ]}
      />
    </Panel>
  );
}
