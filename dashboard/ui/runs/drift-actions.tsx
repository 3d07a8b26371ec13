// What a person says of one difference: heal it now, leave it alone for a while, or look at it again.

import { Button, Group, Modal, Radio, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { DriftJson } from '../../../src/edge/admin/contract.ts';
import { sayDone, sayProblem, sending, useChange } from '../../queries.ts';
import { Confirm } from '../confirm.tsx';
import { isHealable, isIgnorable } from './drift-words.ts';

interface Healed {
  healed: string[];
  skipped: { id: string; why: string }[];
}

const DAY_MS = 86_400_000;

const lengths = [
  { value: '7', label: 'For a week' },
  { value: '30', label: 'For 30 days' },
  { value: '90', label: 'For 90 days' },
  { value: 'date', label: 'Until a date' },
  { value: 'ever', label: 'For good' },
];

/** Only for whoever may, and of a run that is over. */
export function DriftActions({ row }: { row: DriftJson }) {
  return (
    <Group gap={4} wrap="nowrap" justify="flex-end">
      {isHealable(row) && <Heal row={row} />}
      {isIgnorable(row) && <Ignore row={row} />}
      {row.state === 'ignored' && <StopIgnoring row={row} />}
    </Group>
  );
}

function Heal({ row: { id, run, name, takes, why } }: { row: DriftJson }) {
  const [isAsked, setIsAsked] = useState(false);
  const heal = useChange<void, Healed>({
    run: () => sending<Healed>('POST', `/reconciliations/${run}/drift/heal`)({ rows: [id] }),
    onDone({ healed, skipped }) {
      setIsAsked(false);
      if (healed.length > 0) sayDone(`${name} is healed.`);
      else sayProblem(new Error(`${name} was left as it was. ${skipped[0]?.why ?? ''}`));
    },
  });
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        aria-label={`Heal ${name}`}
        loading={heal.isPending}
        onClick={() => (takes ? setIsAsked(true) : heal.mutate())}
      >
        Heal
      </Button>
      <Confirm
        opened={isAsked}
        title={`Heal ${name}?`}
        action="Heal"
        isDangerous
        isBusy={heal.isPending}
        onConfirm={() => heal.mutate()}
        onClose={() => setIsAsked(false)}
      >
        <Stack gap="xs">
          <span>This takes access from them. {why}</span>
          <span>
            They are looked at in the directory once more before; what is not so any more is skipped.
          </span>
        </Stack>
      </Confirm>
    </>
  );
}

function Ignore({ row: { id, run, name } }: { row: DriftJson }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        aria-label={`Ignore ${name}`}
        onClick={() => setIsOpen(true)}
      >
        Ignore
      </Button>
      <Modal opened={isOpen} onClose={() => setIsOpen(false)} title={`Ignore ${name}`} centered>
        <IgnoreForm run={run} id={id} name={name} onClose={() => setIsOpen(false)} />
      </Modal>
    </>
  );
}

function IgnoreForm({ run, id, name, onClose }: { run: string; id: string; name: string; onClose(): void }) {
  const [length, setLength] = useState('30');
  const [date, setDate] = useState('');
  const until = untilOf(length, date);
  const ignore = useChange<void, { skipped: Healed['skipped'] }>({
    run: () => sending<Healed>('POST', `/reconciliations/${run}/drift/ignore`)({ rows: [id], until }),
    onDone({ skipped }) {
      onClose();
      if (skipped[0]) sayProblem(new Error(skipped[0].why));
      else sayDone(`${name} is left alone.`);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ignore.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm">Later comparisons still show this difference, and do nothing about it.</Text>
        <Radio.Group label="How long" value={length} onChange={setLength}>
          <Stack gap="xs" mt="xs">
            {lengths.map(({ value, label }) => (
              <Radio key={value} value={value} label={label} />
            ))}
          </Stack>
        </Radio.Group>
        {length === 'date' && (
          <TextInput
            type="date"
            label="Until"
            value={date}
            onChange={(event) => setDate(event.currentTarget.value)}
            required
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={ignore.isPending}>
            Ignore
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** null: for good. The day that is named is the last one. */
function untilOf(length: string, date: string): string | null {
  if (length === 'ever') return null;
  if (length !== 'date') return new Date(Date.now() + Number(length) * DAY_MS).toISOString();
  return date === '' ? null : new Date(Date.parse(`${date}T00:00:00`) + DAY_MS).toISOString();
}

function StopIgnoring({ row: { id, run, name } }: { row: DriftJson }) {
  const stop = useChange<void, { skipped: Healed['skipped'] }>({
    run: () => sending<Healed>('POST', `/reconciliations/${run}/drift/unignore`)({ rows: [id] }),
    onDone({ skipped }) {
      if (skipped[0]) sayProblem(new Error(skipped[0].why));
      else sayDone(`The next comparison decides on ${name} again.`);
    },
  });
  return (
    <Button
      size="compact-sm"
      variant="default"
      aria-label={`Stop ignoring ${name}`}
      loading={stop.isPending}
      onClick={() => stop.mutate()}
    >
      Stop ignoring
    </Button>
  );
}
