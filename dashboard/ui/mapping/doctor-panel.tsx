// The doctor beside the rules: what is wrong with the draft, the worst first, and what mends it with one click.

import { Anchor, Button, Group, Loader, Stack, Text } from '@mantine/core';
import { IconCircleCheck, IconWand } from '@tabler/icons-react';
import type { DoctorJson, FindingJson } from '../../../src/edge/admin/contract.ts';
import { Mark, type Tone } from '../badges.tsx';
import { Failed, Loading } from '../states.tsx';
import { corrected } from './draft.ts';
import { type Editing, partOf, scimKey } from './editing.ts';

const severities = {
  problem: { tone: 'bad', words: 'Problem' },
  warning: { tone: 'warn', words: 'Warning' },
  hint: { tone: 'quiet', words: 'Hint' },
} as const satisfies Record<FindingJson['severity'], { tone: Tone; words: string }>;

export function DoctorPanel({ editing }: { editing: Editing }) {
  const { report, problem, isCurrent, retry } = editing.examined;
  if (problem) return <Failed problem={problem} onRetry={retry} />;
  if (!report) return <Loading label="Examining the rules" />;
  return (
    <Stack gap="sm">
      <Report editing={editing} report={report} />
      {!isCurrent && (
        <Group gap="xs" role="status">
          <Loader size="xs" />
          <Text size="sm" c="dimmed">
            Examining the draft
          </Text>
        </Group>
      )}
    </Stack>
  );
}

function Report({ editing, report }: { editing: Editing; report: DoctorJson }) {
  const { findings, people, lookedAt, active, withoutRole } = report;
  const count = (n: number) => n.toLocaleString('en');
  return (
    <>
      {active > 0 && (
        <Text size="sm" className="number" role="status">
          {withoutRole === 0
            ? `All ${count(active)} active people have a role.`
            : `${count(withoutRole)} of ${count(active)} active people have no role.`}
          {lookedAt < people ? ` The first ${count(lookedAt)} of ${count(people)} were looked at.` : ''}
        </Text>
      )}
      {findings.length === 0 && (
        <Group gap={6} wrap="nowrap" className="gain">
          <IconCircleCheck size={18} aria-hidden />
          <Text size="sm">Nothing is wrong with these rules.</Text>
        </Group>
      )}
      {findings.length > 0 && (
        <ul className="findings" aria-label="Findings">
          {findings.map((each) => (
            <Found key={JSON.stringify(each)} editing={editing} of={each} />
          ))}
        </ul>
      )}
    </>
  );
}

function Found({ editing, of }: { editing: Editing; of: FindingJson }) {
  const { severity, words, detail, rule, claim, fix } = of;
  const { tone, words: how } = severities[severity];
  const part = rule ? rule.list : claim === null ? null : scimKey;
  const mayMend = fix !== null && editing.mayEdit(fix.change.rule?.list ?? scimKey);
  return (
    <li className="finding" data-severity={severity}>
      <Mark tone={tone} size="sm">
        {how}
      </Mark>
      <Text size="sm" fw={600} className="name">
        {words}
      </Text>
      <Text size="sm" c="dimmed" className="name">
        {detail}
      </Text>
      <Group gap="sm" mt={2}>
        {mayMend && (
          <Button
            size="compact-sm"
            variant="light"
            className="mend"
            leftSection={<IconWand size={14} />}
            disabled={!editing.examined.isCurrent}
            onClick={() => editing.change(corrected(editing.draft, fix.change))}
          >
            {fix.words}
          </Button>
        )}
        {part !== null && (
          <Anchor component="button" type="button" size="sm" onClick={() => show(part, rule?.index ?? 0)}>
            {rule ? 'Show the rule' : 'Show the entry'}
          </Anchor>
        )}
      </Group>
    </li>
  );
}

function show(part: Parameters<typeof partOf>[0], index: number): void {
  const section = document.getElementById(partOf(part));
  const row = section?.querySelectorAll('.rule')[index] ?? section;
  row?.scrollIntoView({ block: 'center' });
  if (row instanceof HTMLElement) {
    row.tabIndex = -1;
    row.focus({ preventScroll: true });
  }
}
