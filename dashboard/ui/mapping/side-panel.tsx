// Beside the rules: what the doctor says of them, and what can be used in them.

import { Paper, Tabs } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';
import type { SeenAttributesJson } from '../../../src/edge/admin/contract.ts';
import type { ApiProblem } from '../../api.ts';
import { Mark } from '../badges.tsx';
import type { Discovery } from './discovered-claims.ts';
import { DoctorPanel } from './doctor-panel.tsx';
import type { Editing } from './editing.ts';
import { SeenPanel } from './seen-panel.tsx';

interface SidePanelProps {
  editing: Editing;
  seen: UseQueryResult<SeenAttributesJson, ApiProblem>;
  discovery: Discovery;
}

export function SidePanel({ editing, seen, discovery }: SidePanelProps) {
  const [chosen, setChosen] = useState<string | null>(null);
  const { report } = editing.examined;
  const findings = report?.findings ?? [];
  const isBad = findings.some(({ severity }) => severity === 'problem');
  // Before anybody has arrived the doctor has little to say: a token shows what will come.
  const first = report?.people === 0 ? 'seen' : 'doctor';
  return (
    <Paper withBorder className="side" component="section" aria-label="Beside the rules">
      <Tabs value={chosen ?? first} onChange={setChosen}>
        <Tabs.List grow>
          <Tabs.Tab
            value="doctor"
            rightSection={
              findings.length > 0 && (
                <Mark tone={isBad ? 'bad' : 'warn'} size="sm">
                  {findings.length}
                </Mark>
              )
            }
          >
            Doctor
          </Tabs.Tab>
          <Tabs.Tab value="seen">Attributes seen</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="doctor" tabIndex={0}>
          <DoctorPanel editing={editing} />
        </Tabs.Panel>
        <Tabs.Panel value="seen" tabIndex={0}>
          <SeenPanel editing={editing} of={seen} discovery={discovery} />
        </Tabs.Panel>
      </Tabs>
    </Paper>
  );
}
