// A form over something that others may change as well: what was typed stays, and where it changed behind it, that is said, with who
// it was and what they changed. Nobody's word is overwritten unseen.

import { Alert, Button, Group, List, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import type { EventJson } from '../../src/edge/admin/contract.ts';
import { type ListPage, useGet } from '../queries.ts';
import { useSession } from '../session.tsx';
import { When } from './when.tsx';

export interface Edited<Value> {
  /** What was typed; what is stored, where nothing was. */
  value: Value;
  isDirty: boolean;
  /** What was stored when somebody began to type, if it is something else by now. */
  before: Value | null;
  stored: Value;
  /** The one that a save is made on. */
  revision: number;
  write(value: Value): void;
  /** Forgets what was typed. */
  loadAnew(): void;
  /** Puts what was typed, and nothing else, on what is stored now. */
  keep(): void;
}

export function useEdited<Value>(stored: Value, revision: number): Edited<Value> {
  const [typed, setTyped] = useState<{ value: Value; on: Value; revision: number } | null>(null);
  // Saved, or the same word said by somebody else: nothing is left to be saved.
  const open = typed && !isSame(typed.value, stored) ? typed : null;
  return {
    value: open ? open.value : stored,
    isDirty: open !== null,
    before: open && open.revision !== revision ? open.on : null,
    stored,
    revision: open?.revision ?? revision,
    write: (value) => setTyped(open ? { ...open, value } : { value, on: stored, revision }),
    loadAnew: () => setTyped(null),
    keep: () => setTyped(open && { value: onTop(open.on, open.value, stored), on: stored, revision }),
  };
}

/** Of what has names, those that somebody typed over; a list is one word. */
function onTop<Value>(was: Value, typed: Value, stored: Value): Value {
  if (isSame(was, typed)) return stored;
  if (!isNamed(was) || !isNamed(typed) || !isNamed(stored)) return typed;
  const entries = Object.keys({ ...stored, ...typed }).map((name) => [
    name,
    onTop(was[name], typed[name], stored[name]),
  ]);
  return Object.fromEntries(entries) as Value;
}

function isNamed(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Of what has names their order says nothing, and none is the same as undefined. */
function isSame(one: unknown, other: unknown): boolean {
  if (isNamed(one) && isNamed(other)) {
    return Object.keys({ ...one, ...other }).every((name) => isSame(one[name], other[name]));
  }
  if (!Array.isArray(one) || !Array.isArray(other)) return Object.is(one, other);
  return one.length === other.length && one.every((each, at) => isSame(each, other[at]));
}

interface MeanwhileProps<Value> {
  of: Edited<Value>;
  /** What of it changed is told by these names. */
  words(value: Value): Readonly<Record<string, string>>;
  /** Where the audit log has it. */
  told: { type: string; subject: string };
}

export function Meanwhile<Value>({ of, words, told }: MeanwhileProps<Value>) {
  if (of.before === null) return null;
  const [was, is] = [words(of.before), words(of.stored)];
  const changed = Object.keys({ ...was, ...is }).filter((name) => was[name] !== is[name]);
  return (
    <Alert
      color="yellow"
      variant="light"
      icon={<IconAlertTriangle size={20} aria-hidden />}
      title="Somebody else changed this meanwhile"
      role="alert"
    >
      <LastChange {...told} />
      <List size="sm" aria-label="What they changed">
        {changed.map((name) => (
          <List.Item key={name}>
            {name}: {was[name] || 'none'} became {is[name] || 'none'}
          </List.Item>
        ))}
      </List>
      <Text size="sm">
        {changed.length === 0 && 'Something else of it changed. '}What you typed is still here, and is not
        saved.
      </Text>
      <Group mt="sm" gap="xs">
        <Button size="xs" variant="default" onClick={of.loadAnew}>
          Load anew
        </Button>
        <Button size="xs" variant="default" onClick={of.keep}>
          Keep what I typed
        </Button>
      </Group>
    </Alert>
  );
}

function LastChange(told: { type: string; subject: string }) {
  const { may } = useSession();
  const found = useGet<ListPage<EventJson>>('/audit', {
    query: { ...told, limit: 1 },
    enabled: may('audit:read'),
  });
  const last = found.data?.items[0];
  if (!last) return null;
  return (
    <Text size="sm">
      {last.words}, <When at={last.at} />.
    </Text>
  );
}
