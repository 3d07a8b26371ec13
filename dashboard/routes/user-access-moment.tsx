// Which moment the page of a user tells of: now, or one that stands in the address, as a time or as a place of the log.

import { Button, Group, Text } from '@mantine/core';
import { type FormEvent, useId, useState } from 'react';
import { useAddress } from '../address.ts';
import { inYourTime, MomentField, momentOf, problemOf, writtenOf } from '../ui/moment.tsx';

export type AskedMoment = { at?: string; position?: string };

/** null: now. A time goes before a place. */
export function useMoment(): AskedMoment | null {
  const [{ at, position }] = useAddress();
  if (at !== undefined) return { at };
  return position === undefined ? null : { position };
}

export function ChooseMoment() {
  const moment = useMoment();
  return <Choice key={moment?.at ?? moment?.position} moment={moment} />;
}

function Choice({ moment }: { moment: AskedMoment | null }) {
  const [, change] = useAddress();
  const field = useId();
  const [written, write] = useState(writtenOf(moment?.at));
  const [problem, setProblem] = useState<string | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const at = momentOf(written);
    const refused = at === null ? 'Choose a day and a time.' : problemOf(at);
    if (at === null || refused !== null) setProblem(refused);
    else change({ at, position: undefined });
  };
  return (
    <form onSubmit={submit} noValidate aria-label="A past moment">
      <Group gap="xs" align="flex-start">
        <Text component="label" htmlFor={field} size="sm" fw={500} lh="36px">
          As it was at
        </Text>
        <MomentField
          id={field}
          w={230}
          value={written}
          error={problem}
          onChange={(value) => {
            write(value);
            setProblem(null);
          }}
        />
        <Button type="submit" variant="default">
          Show
        </Button>
        {moment !== null && (
          <Button variant="subtle" onClick={() => change({ at: undefined, position: undefined })}>
            Back to now
          </Button>
        )}
        <Text size="sm" c="dimmed" lh="36px">
          {inYourTime}
        </Text>
      </Group>
    </form>
  );
}
