// The report of a run: what it is, how whole its reading was, and how many differences of which kind it found.

import { Anchor, Paper, SimpleGrid, Table, Text } from '@mantine/core';
import type { WholeRunJson } from '../../src/edge/admin/contract.ts';
import { useAddress } from '../address.ts';
import { Mark, type Tone } from '../ui/badges.tsx';
import { counted } from '../ui/counted.ts';
import { Facts } from '../ui/facts.tsx';
import { Panel } from '../ui/panel.tsx';
import { beganBy, categoryWords, driftStates, number, peopleText, tookText } from '../ui/runs/run-words.ts';
import { When } from '../ui/when.tsx';

interface OfRun {
  run: WholeRunJson;
}

export function RunFacts({ run }: OfRun) {
  const { read, filter } = run;
  const only = Object.entries(filter ?? {}).map(([name, value]) => `${name} ${value}`);
  const units = read.resourceUnits === null ? '' : `, ${number(read.resourceUnits)} resource units`;
  const waits = read.throttled > 0 ? `, told to wait ${number(read.throttled)} times` : '';
  return (
    <Paper withBorder p="md">
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl" verticalSpacing="xs">
        <Facts
          of={[
            ['Started', <When key="at" at={run.startedAt} />],
            ['By', beganBy(run)],
            ['Took', tookText(run)],
            ['What it does', run.mode === 'heal' ? 'Heals' : 'Reports, changes nothing'],
            ...(only.length > 0 ? ([['Whom', only.join(', ')]] as const) : []),
          ]}
        />
        <Facts
          of={[
            ['Compared', `${number(run.compared)} of the directory, ${number(run.matched)} of them here`],
            ['Not listed there', number(run.absent)],
            ['Healed', counted(run.healed, 'difference', 'differences')],
            ['Facts told', `of ${peopleText(run.told)}, which took nothing`],
            ['Requests', `${number(read.requests)}${units}${waits}`],
          ]}
        />
      </SimpleGrid>
    </Paper>
  );
}

// --- what was read ----------------------------------------------------------------------------------------------

type Part = WholeRunJson['parts'][number];

const partStates: Readonly<Record<Part['state'], { tone: Tone; words: string }>> = {
  complete: { tone: 'good', words: 'Whole' },
  waiting: { tone: 'plain', words: 'Under way' },
  gone: { tone: 'quiet', words: 'Gone meanwhile' },
  failed: { tone: 'bad', words: 'Not whole' },
};

const partWords: Readonly<Record<string, string>> = {
  application: 'The application',
  assignments: 'Assignments',
  people: 'People',
  groups: 'Groups',
  group: 'The group',
  members: 'Members of groups',
};

interface Source {
  key: string;
  name: string;
  state: Part['state'];
  rows: number;
  parts: number;
  why: string | null;
}

/** Parts of one kind that ended the same way are one line. */
function sourcesOf(parts: readonly Part[]): Source[] {
  const found = new Map<string, Source>();
  for (const { part, state, rows, why } of parts) {
    const kind = part.split(' ')[0]!;
    const key = `${kind} ${state} ${why ?? ''}`;
    const known = found.get(key) ?? { key, name: partWords[kind] ?? kind, state, rows: 0, parts: 0, why };
    found.set(key, { ...known, rows: known.rows + rows, parts: known.parts + 1 });
  }
  return [...found.values()];
}

export function WasRead({ run: { parts, partsTotal, partsRead } }: OfRun) {
  if (parts.length === 0) return null;
  const unseen = partsTotal - parts.length;
  const isExplained = parts.some(({ why }) => why !== null);
  return (
    <Panel title="What was read">
      <Text size="sm" c="dimmed" className="number">
        {number(partsRead)} of {number(partsTotal)} parts to their end
        {unseen > 0 ? `; ${number(unseen)} that are whole are not listed` : ''}
      </Text>
      <Table.ScrollContainer minWidth={380} type="native">
        <Table verticalSpacing={6} aria-label="Parts of the reading">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Source</Table.Th>
              <Table.Th>State</Table.Th>
              <Table.Th>Rows</Table.Th>
              {isExplained && <Table.Th>Why</Table.Th>}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {sourcesOf(parts).map(({ key, name, state, rows, parts: many, why }) => (
              <Table.Tr key={key}>
                <Table.Td>
                  {name}
                  {many > 1 ? `, ${number(many)} parts` : ''}
                </Table.Td>
                <Table.Td>
                  <Mark tone={partStates[state].tone}>{partStates[state].words}</Mark>
                </Table.Td>
                <Table.Td className="number">{number(rows)}</Table.Td>
                {isExplained && <Table.Td>{why ?? '-'}</Table.Td>}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Panel>
  );
}

// --- what was found ---------------------------------------------------------------------------------------------

export function WasFound({ run: { drift } }: OfRun) {
  const [, change] = useAddress();
  return (
    <Panel title="What was found">
      <Table.ScrollContainer minWidth={380} type="native">
        <Table verticalSpacing={6} aria-label="Differences by kind">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Difference</Table.Th>
              <Table.Th>State</Table.Th>
              <Table.Th>Takes</Table.Th>
              <Table.Th>Rows</Table.Th>
              <Table.Th>People</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {drift.map(({ category, state, takes, rows, people }) => (
              <Table.Tr key={`${category} ${state} ${takes}`}>
                <Table.Td>
                  <Anchor component="button" size="sm" onClick={() => change({ category, state })}>
                    {categoryWords[category]}
                  </Anchor>
                </Table.Td>
                <Table.Td>
                  <Mark tone={driftStates[state].tone}>{driftStates[state].words}</Mark>
                </Table.Td>
                <Table.Td>{takes ? 'Yes' : 'No'}</Table.Td>
                <Table.Td className="number">{number(rows)}</Table.Td>
                <Table.Td className="number">{number(people)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Panel>
  );
}
