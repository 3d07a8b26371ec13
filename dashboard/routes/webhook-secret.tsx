// The secret that signs, shown once.

import { Modal, Stack, Text } from '@mantine/core';
import { CopyField } from '../ui/copy-field.tsx';
import { closedByButton, StoredOnce } from '../ui/stored-once.tsx';
import { When } from '../ui/when.tsx';
import type { WithSecret } from './webhook-form.tsx';
import { VerifyingCode } from './webhook-words.tsx';

export function WebhookSecret({ of, onClose }: { of: WithSecret; onClose(): void }) {
  return (
    <Modal opened onClose={onClose} title={`The secret of ${of.name}`} size="lg" {...closedByButton}>
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
        <StoredOnce onClose={onClose} />
      </Stack>
    </Modal>
  );
}
