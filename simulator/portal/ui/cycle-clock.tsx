// How fast the 40 minutes between cycles pass.

import { SegmentedControl, Stack, Text } from '@mantine/core';
import { useId } from '@mantine/hooks';
import type { ClockName } from '../../portal-api/contract.ts';
import { ask, useChange } from '../api.ts';

const clocks: readonly { value: ClockName; label: string }[] = [
  { value: 'real', label: 'Real: 40 minutes' },
  { value: 'sixty', label: '60 times faster' },
  { value: 'tenSeconds', label: 'Every 10 seconds' },
];

export function CycleClock({ clock }: { clock: ClockName }) {
  const id = useId();
  const save = useChange<ClockName>({ run: (wanted) => ask('PATCH', '/provisioning', { clock: wanted }) });
  return (
    <Stack gap={4} align="flex-start">
      <Text size="sm" fw={500} id={id}>
        Cycle clock
      </Text>
      <SegmentedControl
        aria-labelledby={id}
        size="xs"
        data={[...clocks]}
        value={clock}
        onChange={(wanted) => save.mutate(wanted as ClockName)}
      />
    </Stack>
  );
}
