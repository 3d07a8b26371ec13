// A logged request once more: what it would change now, which writes nothing, and then, for whoever may, doing it for real.

import { Anchor, Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconPlayerPlay, IconRefresh } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReplayJson, WholeRequestJson } from '../../src/edge/admin/contract.ts';
import { sending, useChange } from '../queries.ts';
import { May } from '../session.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Failed } from '../ui/states.tsx';
import { ReplayChanges, ReplayOutcome } from './requests-replay-outcome.tsx';

/** Of so many people, their number has to be typed first. */
const MANY_PEOPLE = 10;

export function TryAgain({ request: { id, obstacle } }: { request: WholeRequestJson }) {
  return (
    <Stack gap="xs" component="section" aria-label="Try it again">
      <Title order={3} size="h5">
        Try it again
      </Title>
      {obstacle === null ? (
        <Again key={id} id={id} />
      ) : (
        <Text size="sm" c="dimmed">
          Not possible. {obstacle}
        </Text>
      )}
    </Stack>
  );
}

function Again({ id }: { id: string }) {
  const plan = useChange<void, ReplayJson>({
    run: () => sending<ReplayJson>('POST', `/requests/${id}/plan`)(),
    touches: [],
    isQuiet: true,
  });
  const [done, setDone] = useState<ReplayJson | null>(null);
  if (done !== null) return <Done of={done} />;
  return (
    <>
      {plan.data && !plan.isPending ? (
        <ReplayOutcome of={plan.data} />
      ) : (
        <Text size="sm" c="dimmed">
          It is decided as it would be if the provider sent it at this moment, and nothing is written.
        </Text>
      )}
      {plan.error && <Failed problem={plan.error} />}
      <Group gap="xs">
        <Button
          size="xs"
          variant="default"
          leftSection={<IconRefresh size={14} aria-hidden />}
          loading={plan.isPending}
          onClick={() => plan.mutate()}
        >
          {plan.data ? 'Look again' : 'What would it change now?'}
        </Button>
        {plan.data && !plan.isPending && changesSomething(plan.data) && (
          <May do="requests:replay">
            <ForReal id={id} planned={plan.data} onDone={setDone} />
          </May>
        )}
      </Group>
    </>
  );
}

function changesSomething({ status, effectCount, later }: ReplayJson): boolean {
  return status < 400 && (effectCount > 0 || later);
}

interface ForRealProps {
  id: string;
  planned: ReplayJson;
  onDone(done: ReplayJson): void;
}

function ForReal({ id, planned, onDone }: ForRealProps) {
  const [isAsking, setAsking] = useState(false);
  const real = useChange<void, ReplayJson>({
    run: () => sending<ReplayJson>('POST', `/requests/${id}/replay`)(),
    isQuiet: true,
    onDone,
  });
  const losing = new Set(planned.losses.map(({ user }) => user.id)).size;
  return (
    <>
      <Button
        size="xs"
        leftSection={<IconPlayerPlay size={14} aria-hidden />}
        onClick={() => {
          real.reset();
          setAsking(true);
        }}
      >
        Do it for real
      </Button>
      <Confirm
        opened={isAsking}
        title="Do it for real?"
        action="Do it for real"
        isDangerous={losing > 0}
        {...(losing >= MANY_PEOPLE && { typed: String(losing) })}
        isBusy={real.isPending}
        onConfirm={() => real.mutate()}
        onClose={() => setAsking(false)}
      >
        <Stack gap="sm">
          <ReplayChanges of={planned} />
          <Text size="sm">
            The audit will name you, and the requests will show it as a new one. It is decided anew at that
            moment: where something has changed since you looked, so does the outcome.
          </Text>
          {real.error && <Failed problem={real.error} />}
        </Stack>
      </Confirm>
    </>
  );
}

function Done({ of }: { of: ReplayJson }) {
  return (
    <>
      <ReplayOutcome of={of} />
      {of.request !== null && (
        <Anchor component={Link} to={`/governance/requests?open=${of.request}`} size="sm">
          The new request
        </Anchor>
      )}
    </>
  );
}
