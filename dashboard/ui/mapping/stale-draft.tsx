// What is said where somebody else changed the rules under a draft, and the two ways out of it.

import { Alert, Button, Group, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { KeptDraft } from './use-draft.ts';

export function StaleDraft({ kept: { keepOnTop, discard } }: { kept: KeptDraft }) {
  return (
    <Alert
      color="yellow"
      variant="light"
      icon={<IconAlertTriangle size={20} />}
      title="Somebody else changed these rules"
      role="alert"
    >
      <Text size="sm">
        Your draft was begun on the rules as they were before. On top of the new ones it takes their place:
        Review shows what that means.
      </Text>
      <Group mt="sm" gap="xs">
        <Button size="xs" variant="default" onClick={keepOnTop}>
          Keep the draft on top
        </Button>
        <Button size="xs" variant="default" onClick={discard}>
          Discard the draft
        </Button>
      </Group>
    </Alert>
  );
}
