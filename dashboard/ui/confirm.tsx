// A question before something that cannot simply be taken back. Where much is at stake, a number or a name has to be typed.

import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';

interface ConfirmProps {
  opened: boolean;
  title: string;
  children: ReactNode;
  /** What the button does: `Suspend Ada`. */
  action: string;
  isDangerous?: boolean;
  /** Has to be typed first. */
  typed?: string;
  isBusy?: boolean;
  onConfirm(): void;
  onClose(): void;
}

export function Confirm({ opened, title, ...question }: ConfirmProps) {
  return (
    <Modal opened={opened} onClose={question.onClose} title={title} centered>
      <Question {...question} />
    </Modal>
  );
}

/** Gone with each closing: what was typed once is no answer to the next asking. */
function Question(props: Omit<ConfirmProps, 'opened' | 'title'>) {
  const { children, action, isDangerous = false, typed, isBusy = false, onConfirm, onClose } = props;
  const [written, setWritten] = useState('');
  const isReady = typed === undefined || written.trim() === typed;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady) onConfirm();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text component="div" size="sm">
          {children}
        </Text>
        {typed !== undefined && (
          <TextInput
            label={`Type ${typed} to go on`}
            value={written}
            onChange={(event) => setWritten(event.currentTarget.value)}
            autoComplete="off"
            data-autofocus
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" color={isDangerous ? 'red' : 'sky'} disabled={!isReady} loading={isBusy}>
            {action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
