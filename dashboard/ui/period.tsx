// From one day to another, kept in the address, in the time of whoever looks; or from one moment to another, as a chart leads there.

import { Group, Pill, TextInput } from '@mantine/core';
import { type Address, useAddress } from '../address.ts';
import { spanText } from './when.tsx';

export function Period() {
  const [{ from = '', to = '' }, change] = useAddress();
  if (isMoment(from) || isMoment(to)) {
    return (
      <Pill
        size="lg"
        withRemoveButton
        onRemove={() => change({ from: undefined, to: undefined })}
        removeButtonProps={{ 'aria-label': 'At any time', tabIndex: 0, 'aria-hidden': false }}
      >
        {[from, to].filter(isMoment).length === 2 ? spanText(from, to) : `${from} to ${to}`}
      </Pill>
    );
  }
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

/** For the server: the first moment of the first day, and the one after the last day; moments as they are. */
export function periodOf({ from, to }: Address): { from?: string; to?: string } {
  const [first, last] = [isMoment(from) ? from : midnight(from, 0), isMoment(to) ? to : midnight(to, 1)];
  return { ...(first && { from: first }), ...(last && { to: last }) };
}

/** And no day, as the fields have it. */
function isMoment(text = ''): text is string {
  return text.includes('T') && !Number.isNaN(Date.parse(text));
}

function midnight(day: string | undefined, daysLater: number): string | null {
  const [year, month, date] = (day ?? '').split('-').map(Number);
  if (!year || !month || !date) return null;
  const at = new Date(year, month - 1, date + daysLater);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}
