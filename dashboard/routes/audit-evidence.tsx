// "Evidence pack": who has what by which rule since when, as one signed file, as it is or as it was at a moment.

import { Anchor, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { IconCertificate } from '@tabler/icons-react';
import { useState } from 'react';
import { addressOf } from '../api.ts';
import { FileButton } from '../ui/file-button.tsx';
import { MomentField, useFileMoment } from '../ui/moment.tsx';

const KEYS = '/.well-known/bifrost-evidence-keys';

export function Evidence() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconCertificate size={16} aria-hidden />}
        onClick={() => setOpen(true)}
      >
        Evidence pack
      </Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title="Evidence for an access review" centered>
        <Choice onDone={() => setOpen(false)} />
      </Modal>
    </>
  );
}

function Choice({ onDone }: { onDone: () => void }) {
  const { at, problem, field } = useFileMoment();
  return (
    <Stack gap="sm">
      <Text size="sm">
        One file with everybody, what they have and every reason for it, the rules and roles that held, and a
        signed manifest. Whoever gets it can check with openssl that nothing was changed; README.txt in it
        says how.
      </Text>
      <MomentField {...field} />
      <Text size="xs" c="dimmed">
        Get the public key for whoever checks it from <Anchor href={KEYS}>{KEYS}</Anchor>.
      </Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={onDone}>
          Cancel
        </Button>
        <FileButton
          href={addressOf('/audit/evidence', { at })}
          isOff={problem !== null}
          variant="filled"
          onTaken={onDone}
        >
          Download
        </FileButton>
      </Group>
    </Stack>
  );
}
