// The secret that signs, shown once. It closes when somebody says that they have stored it.

import { Button, Checkbox, Group, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { CopyField } from '../ui/copy-field.tsx';
import { When } from '../ui/when.tsx';
import type { WithSecret } from './webhook-form.tsx';
import { VerifyingCode } from './webhook-words.tsx';

export function WebhookSecret({ of, onClose }: { of: WithSecret; onClose(): void }) {
  const [isStored, setStored] = useState(false);
  return (
    <Modal
      opened
      onClose={onClose}
      title={`The secret of ${of.name}`}
      size="lg"
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
    >
      <Stack>
        <CopyField label="Signing secret" value={of.secret ?? ''} />
        <Text size="sm">
          It is shown this once, and stored sealed. The receiver verifies with it what arrives:
        </Text>
        <VerifyingCode />
        {of.bothSecretsUntil !== null && (
          <Text size="sm">
            The former secret signs as well until then: <When at={of.bothSecretsUntil} />.
          </Text>
        )}
        <Group justify="space-between">
          <Checkbox
            label="I have stored it"
            checked={isStored}
            onChange={(event) => setStored(event.currentTarget.checked)}
          />
          <Button onClick={onClose} disabled={!isStored}>
            Done
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
