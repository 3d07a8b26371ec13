// One rule in its list: what it says, whom it reaches, and what can be done with it.

import { useSortable } from '@dnd-kit/sortable';
import { CSS } from '@dnd-kit/utilities';
import { ActionIcon, Group, Text } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconGripVertical, IconPencil, IconTrash } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Mark } from '../badges.tsx';
import { counted } from '../counted.ts';
import { type DraftRule, type ListKey, lists, rulesOf, withRules } from './draft.ts';
import type { Editing } from './editing.ts';
import type { RuleReport } from './examine.ts';
import { RuleSentence } from './rule-sentence.tsx';

interface RuleRowProps {
  id: string;
  editing: Editing;
  list: ListKey;
  rule: DraftRule;
  index: number;
  count: number;
  report: RuleReport | undefined;
  isChanged: boolean;
  onMove(to: number): void;
}

export function RuleRow(props: RuleRowProps) {
  const { id, editing, list, rule, index, report, isChanged } = props;
  const mayEdit = editing.mayEdit(list);
  const sortable = useSortable({ id, disabled: !mayEdit });
  const { setNodeRef, setActivatorNodeRef, transform, transition, isDragging } = sortable;
  return (
    <li
      ref={setNodeRef}
      className="rule"
      data-dragging={isDragging || undefined}
      data-changed={isChanged || undefined}
      style={{ transform: CSS.Translate.toString(transform), transition }}
    >
      <Group gap={4} wrap="nowrap" className="place">
        {mayEdit && (
          <ActionIcon
            ref={setActivatorNodeRef}
            variant="subtle"
            color="gray"
            size="sm"
            className="grip"
            {...sortable.attributes}
            {...sortable.listeners}
            aria-label={`Drag rule ${index + 1}`}
          >
            <IconGripVertical size={15} />
          </ActionIcon>
        )}
        <Text size="sm" c="dimmed" className="number" component="span">
          {index + 1}
        </Text>
      </Group>
      <RuleSentence rule={rule} list={list} />
      <Group gap={6} className="reach">
        <Reach report={report} editing={editing} list={list} />
        {rule.sticky && <Mark tone="quiet">Sticky</Mark>}
        {isChanged && <Mark tone="plain">Draft</Mark>}
      </Group>
      {mayEdit && <Actions {...props} />}
    </li>
  );
}

interface ReachProps {
  report: RuleReport | undefined;
  editing: Editing;
  list: ListKey;
}

/** Whom it matches; and where that is nobody, or it never wins, a word for it. */
function Reach({ report, editing: { examined }, list }: ReachProps) {
  // Before anybody has arrived every rule matches nobody.
  if (!report || examined.report?.people === 0) return null;
  const { matches, wins, shadowed } = report;
  const losses = list === 'attributeRoleMappings' && wins < matches && !shadowed;
  return (
    <Group gap={6}>
      {matches === 0 ? (
        <Mark tone="warn">Matches nobody</Mark>
      ) : (
        <Text size="xs" c="dimmed" className="number" component="span">
          {counted(matches, 'person', 'people')}
          {losses ? `, wins for ${wins.toLocaleString('en')}` : ''}
        </Text>
      )}
      {shadowed && list === 'attributeRoleMappings' && <Mark tone="warn">Never wins</Mark>}
    </Group>
  );
}

function Actions({ editing, list, rule, index, count, onMove }: RuleRowProps) {
  const what = `${lists[list].one} rule ${index + 1}`;
  const remove = () =>
    editing.change(withRules(editing.draft, list, rulesOf(editing.draft, list).toSpliced(index, 1)));
  return (
    <Group gap={0} wrap="nowrap" className="doings">
      <Doing label={`Move ${what} up`} way="up" isOff={index === 0} onClick={() => onMove(index - 1)}>
        <IconArrowUp size={15} />
      </Doing>
      <Doing
        label={`Move ${what} down`}
        way="down"
        isOff={index === count - 1}
        onClick={() => onMove(index + 1)}
      >
        <IconArrowDown size={15} />
      </Doing>
      <Doing label={`Edit ${what}`} onClick={() => editing.edit({ kind: 'rule', list, index, rule })}>
        <IconPencil size={15} />
      </Doing>
      <Doing label={`Remove ${what}`} onClick={remove}>
        <IconTrash size={15} />
      </Doing>
    </Group>
  );
}

interface DoingProps {
  label: string;
  way?: 'up' | 'down';
  isOff?: boolean;
  onClick(): void;
  children: ReactNode;
}

/** The name as the browser's own hint: hundreds of rules have four of these each. */
export function Doing({ label, way, isOff = false, onClick, children }: DoingProps) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={label}
      title={label}
      disabled={isOff}
      onClick={onClick}
      {...(way && { 'data-move': way })}
    >
      {children}
    </ActionIcon>
  );
}
