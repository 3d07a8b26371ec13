// What a list is narrowed to beside its filters, such as one person; each can be taken away.

import { Group, Pill, Text } from '@mantine/core';
import { useAddress } from '../address.ts';

export function Narrowed({ names }: { names: Readonly<Record<string, string>> }) {
  const [address, change] = useAddress();
  const some = Object.entries(names).filter(([name]) => address[name] !== undefined);
  if (some.length === 0) return null;
  return (
    <Group gap="xs">
      <Text size="sm" c="dimmed">
        Only
      </Text>
      {some.map(([name, words]) => (
        <Pill
          key={name}
          size="md"
          withRemoveButton
          onRemove={() => change({ [name]: undefined })}
          removeButtonProps={{ 'aria-label': `Not only ${words}`, tabIndex: 0, 'aria-hidden': false }}
        >
          {words} {address[name]}
        </Pill>
      ))}
    </Group>
  );
}
