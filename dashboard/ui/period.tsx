// From one day to another, kept in the address, in the time of whoever looks.

import { Group, TextInput } from '@mantine/core';
import { type Address, useAddress } from '../address.ts';

export function Period() {
  const [{ from = '', to = '' }, change] = useAddress();
  return (
    <Group gap="xs" wrap="nowrap">
      <TextInput
        type="date"
        aria-label="From this day"
        value={from}
        max={to || undefined}
        onChange={(event) => change({ from: event.currentTarget.value || undefined })}
        w={150}
      />
      <TextInput
        type="date"
        aria-label="Up to this day"
        value={to}
        min={from || undefined}
        onChange={(event) => change({ to: event.currentTarget.value || undefined })}
        w={150}
      />
    </Group>
  );
}

/** For the server: the first moment of the first day, and the one after the last day. */
export function periodOf({ from, to }: Address): { from?: string; to?: string } {
  const [first, last] = [midnight(from, 0), midnight(to, 1)];
  return { ...(first && { from: first }), ...(last && { to: last }) };
}

function midnight(day: string | undefined, daysLater: number): string | null {
  const [year, month, date] = (day ?? '').split('-').map(Number);
  if (!year || !month || !date) return null;
  const at = new Date(year, month - 1, date + daysLater);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}
