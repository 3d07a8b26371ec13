// What only the configuration file changes, and where that is said.

import { Alert } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';

export function Locked({ what }: { what: string }) {
  return (
    <Alert
      variant="light"
      color="gray"
      icon={<IconLock size={18} aria-hidden />}
      title="The configuration file owns this"
    >
      It declares {what}. Change it there and start Bifrost again.
    </Alert>
  );
}
