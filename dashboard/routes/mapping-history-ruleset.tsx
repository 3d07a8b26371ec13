// The rules that a provider had under one number: what they changed, what has changed since, and all of them.

import { Button, Drawer, Group, Stack, Table, Text, Title } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { WholeRulesetJson } from '../../src/edge/admin/contract.ts';
import { useGet } from '../queries.ts';
import { May } from '../session.tsx';
import { Actor } from '../ui/actor.tsx';
import { Facts } from '../ui/facts.tsx';
import { roleStrategies } from '../ui/role-strategies.ts';
import { RulesDifference } from '../ui/rules-difference.tsx';
import { Shown } from '../ui/states.tsx';
import { exactTime } from '../ui/when.tsx';

interface WholeRulesetProps {
  provider: string;
  number: string;
  canGoBack: boolean;
  onGoBack(): void;
  onClose(): void;
}

export function WholeRuleset({ provider, number, canGoBack, onGoBack, onClose }: WholeRulesetProps) {
  const found = useGet<WholeRulesetJson>(`/providers/${provider}/rulesets/${number}`);
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="xl"
      title={`Rules number ${number}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Shown of={found}>
        {(ruleset) => (
          <Stack gap="lg">
            <Facts
              of={[
                ['Applied', exactTime(ruleset.at)],
                ['By', <Actor key="by" {...ruleset.by} />],
                ['Where several roles match', roleStrategies[ruleset.mappings.roleResolutionStrategy].label],
              ]}
            />
            <Section title="What it changed">
              <RulesDifference of={ruleset.changes} none="No rule: everybody was resolved anew." />
            </Section>
            {!ruleset.isCurrent && (
              <Section title={`What has changed since, up to number ${ruleset.currentRuleset}`}>
                <RulesDifference of={ruleset.sinceThen} none="Nothing: the rules of now are the same." />
              </Section>
            )}
            <Section title="The rules">
              <Rules of={ruleset.mappings} />
            </Section>
            {!ruleset.isCurrent && canGoBack && (
              <May do="mappings:apply">
                <Group>
                  <Button leftSection={<IconArrowBackUp size={16} />} onClick={onGoBack}>
                    Review going back to number {number}
                  </Button>
                </Group>
              </May>
            )}
          </Stack>
        )}
      </Shown>
    </Drawer>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <Title order={3} size="h5" mb={6}>
        {title}
      </Title>
      {children}
    </section>
  );
}

function Rules({ of: mappings }: { of: WholeRulesetJson['mappings'] }) {
  const rules = [
    ...mappings.attributeRoleMappings.map((rule) => ({ ...rule, gives: `role ${rule.role}` })),
    ...mappings.attributeTeamMappings.map((rule) => ({ ...rule, gives: `team ${rule.team}` })),
    ...mappings.attributeBusinessUnitMappings.map((rule) => ({
      ...rule,
      gives: `business unit ${rule.businessUnit}`,
    })),
  ];
  if (rules.length === 0) return <Text size="sm">None.</Text>;
  return (
    <Table.ScrollContainer minWidth={420}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Attribute</Table.Th>
            <Table.Th>Value</Table.Th>
            <Table.Th>Gives</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rules.map(({ attribute, value, gives, sticky }) => (
            <Table.Tr key={`${attribute} ${value} ${gives}`}>
              <Table.Td>{attribute}</Table.Td>
              <Table.Td>{value}</Table.Td>
              <Table.Td>
                {gives}
                {sticky && ', to stay'}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
