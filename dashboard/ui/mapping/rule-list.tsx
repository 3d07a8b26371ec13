// The rules of one kind, in their order: dragged, or moved by keys and buttons.

import {
  closestCenter,
  DndContext,
  type DragEndEvent,
  KeyboardSensor,
  type Modifier,
  PointerSensor,
  useSensor,
  useSensors,
} from '@dnd-kit/core';
import { SortableContext, sortableKeyboardCoordinates, verticalListSortingStrategy } from '@dnd-kit/sortable';
import { Button, Group, Paper, Text, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { type DraftRule, type ListKey, lists, moved, ruleKey, rulesOf, withRules } from './draft.ts';
import { type Editing, partOf } from './editing.ts';
import { reportsOf } from './examine.ts';
import { OwnedByFile } from './owned-by-file.tsx';
import { RuleRow } from './rule-row.tsx';

const abouts: Readonly<Record<ListKey, { about: string; empty: string }>> = {
  attributeRoleMappings: {
    about: 'Attribute-to-Role mappings. Everybody has one role; whoever has none cannot sign in.',
    empty: 'No rule gives a role yet: nobody whom this provider brings can sign in.',
  },
  attributeTeamMappings: {
    about: 'Every rule that matches counts. With * as the team, each value becomes a team.',
    empty: 'No rule puts people in teams.',
  },
  attributeBusinessUnitMappings: {
    about: 'Every rule that matches counts. With * as the business unit, each value becomes one.',
    empty: 'No rule puts people in business units.',
  },
};

interface RuleListProps {
  editing: Editing;
  list: ListKey;
  /** Between the title and the rules. */
  children?: ReactNode;
}

export function RuleList({ editing, list, children }: RuleListProps) {
  const { title, one } = lists[list];
  const { about, empty } = abouts[list];
  const rules = rulesOf(editing.draft, list);
  const mayEdit = editing.mayEdit(list);
  const add = () =>
    editing.edit({
      kind: 'rule',
      list,
      index: null,
      rule: { attribute: '', value: '', target: list === 'attributeRoleMappings' ? '' : '*', sticky: false },
    });
  return (
    <Paper withBorder p="md" component="section" aria-label={title} id={partOf(list)} className="part">
      <Group justify="space-between" align="flex-start" wrap="nowrap" gap="sm">
        <div>
          <Title order={2} size="h4">
            {title}
          </Title>
          <Text size="sm" c="dimmed">
            {about}
          </Text>
        </div>
        {mayEdit && (
          <Button
            variant="default"
            size="xs"
            className="whole"
            leftSection={<IconPlus size={14} />}
            onClick={add}
          >
            Add {one} rule
          </Button>
        )}
      </Group>
      <OwnedByFile editing={editing} of={list} />
      {children}
      {rules.length === 0 ? (
        <Text size="sm" c="dimmed" mt="sm">
          {empty}
        </Text>
      ) : (
        <Rules editing={editing} list={list} rules={rules} />
      )}
    </Paper>
  );
}

/** Two rules that say the same are told apart by their order. */
function withIds(rules: readonly DraftRule[]): { id: string; rule: DraftRule }[] {
  const times = new Map<string, number>();
  return rules.map((rule) => {
    const key = ruleKey(rule);
    const before = times.get(key) ?? 0;
    times.set(key, before + 1);
    return { id: `${key} ${before}`, rule };
  });
}

const upAndDown: Modifier = ({ transform }) => ({ ...transform, x: 0 });

function Rules({ editing, list, rules }: { editing: Editing; list: ListKey; rules: readonly DraftRule[] }) {
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
  const { frame, follow } = useFocusOnMoved();
  const rows = withIds(rules);
  const reportOf = reportsOf(editing.examined.report, list);
  const stored = new Set(rulesOf(editing.stored, list).map((rule) => ruleKey(rule) + rule.sticky));
  const move = (from: number, to: number) =>
    editing.change(withRules(editing.draft, list, moved(rules, from, to)));
  const drop = ({ active, over }: DragEndEvent) => {
    const from = rows.findIndex(({ id }) => id === active.id);
    const to = rows.findIndex(({ id }) => id === over?.id);
    if (from >= 0 && to >= 0 && from !== to) move(from, to);
  };
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={closestCenter}
      modifiers={[upAndDown]}
      onDragEnd={drop}
      accessibility={{ announcements: announcements(rows.map(({ id }) => id)) }}
    >
      <SortableContext items={rows} strategy={verticalListSortingStrategy}>
        <ol className="rules" ref={frame}>
          {rows.map(({ id, rule }, index) => (
            <RuleRow
              key={id}
              id={id}
              editing={editing}
              list={list}
              rule={rule}
              index={index}
              count={rows.length}
              report={reportOf(rule)}
              isChanged={!stored.has(ruleKey(rule) + rule.sticky)}
              onMove={(to) => {
                follow(to, to < index ? 'up' : 'down');
                move(index, to);
              }}
            />
          ))}
        </ol>
      </SortableContext>
    </DndContext>
  );
}

/** A row that is moved by its button keeps the focus, although the document loses it on the way. */
function useFocusOnMoved() {
  const frame = useRef<HTMLOListElement>(null);
  const [to, setTo] = useState<{ index: number; way: 'up' | 'down' } | null>(null);
  useEffect(() => {
    if (!to) return;
    const row = frame.current?.children[to.index];
    const wanted = row?.querySelector<HTMLButtonElement>(`[data-move=${to.way}]:not(:disabled)`);
    (wanted ?? row?.querySelector<HTMLButtonElement>('[data-move]:not(:disabled)'))?.focus();
    setTo(null);
  }, [to]);
  return { frame, follow: (index: number, way: 'up' | 'down') => setTo({ index, way }) };
}

type Id = string | number;

/** What a screen reader says while one drags by keys. */
function announcements(ids: readonly string[]) {
  const place = (id: Id) => `${ids.indexOf(String(id)) + 1} of ${ids.length}`;
  return {
    onDragStart: ({ active }: { active: { id: Id } }) => `Rule ${place(active.id)} is picked up.`,
    onDragOver: ({ over }: { over: { id: Id } | null }) =>
      over ? `It would be at place ${place(over.id)}.` : 'It would go back.',
    onDragEnd: ({ over }: { over: { id: Id } | null }) =>
      over ? `It is at place ${place(over.id)} now.` : 'It went back.',
    onDragCancel: () => 'It went back.',
  };
}
