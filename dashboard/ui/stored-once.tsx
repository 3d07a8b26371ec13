// The end of a dialog that shows a secret once: it closes when somebody says that they have stored it.

import { Button, Checkbox, Group } from '@mantine/core';
import { useState } from 'react';

interface StoredOnceProps {
  /** Nothing was shown that has to be stored. */
  isNothingNew?: boolean;
  onClose(): void;
}

export function StoredOnce({ isNothingNew = false, onClose }: StoredOnceProps) {
  const [isStored, setStored] = useState(isNothingNew);
  return (
    <Group justify={isNothingNew ? 'flex-end' : 'space-between'} mt="xs">
      {!isNothingNew && (
        <Checkbox
          label="I have stored it"
          checked={isStored}
          onChange={(event) => setStored(event.currentTarget.checked)}
        />
      )}
      <Button onClick={onClose} disabled={!isStored}>
        Done
      </Button>
    </Group>
  );
}

/** Of a dialog around it: nothing but the button closes it, for what it shows is not shown again. */
export const closedByButton = {
  withCloseButton: false,
  closeOnClickOutside: false,
  closeOnEscape: false,
} as const;
