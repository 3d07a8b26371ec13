// Giving somebody a role, a team or a business unit by hand, and taking that back.

import { Button, Group, Modal, SegmentedControl, Stack, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { UserJson } from '../../src/edge/admin/contract.ts';
import { sending, useChange } from '../queries.ts';
import { useSession } from '../session.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { type TargetKind, TargetSelect, targetKinds } from '../ui/target-select.tsx';
import type { Taken } from './user-access-reasons.tsx';

interface GiveByHandProps {
  user: UserJson;
  opened: boolean;
  onClose(): void;
}

export function GiveByHand({ user, opened, onClose }: GiveByHandProps) {
  return (
    <Modal opened={opened} onClose={onClose} title={`Give ${user.displayName} by hand`} centered>
      <GiveForm user={user} onClose={onClose} />
    </Modal>
  );
}

function GiveForm({ user, onClose }: Omit<GiveByHandProps, 'opened'>) {
  const { may } = useSession();
  const kinds = (Object.keys(targetKinds) as TargetKind[]).filter((each) => may(targetKinds[each].read));
  const [kind, setKind] = useState<TargetKind>(kinds[0] ?? 'role');
  const [target, setTarget] = useState<string | null>(null);
  const { label, words } = targetKinds[kind];
  const give = useChange<string>({
    run: (id) => sending('POST', `/users/${user.id}/grants`)({ kind, target: id }),
    done: `${user.displayName} has that ${words} by hand.`,
    onDone: onClose,
  });
  const choose = (chosen: string) => {
    setKind(chosen as TargetKind);
    setTarget(null);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (target !== null) give.mutate(target);
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <SegmentedControl
          aria-label="What to give"
          value={kind}
          onChange={choose}
          data={kinds.map((each) => ({ value: each, label: targetKinds[each].label }))}
          fullWidth
        />
        <TargetSelect
          key={kind}
          kind={kind}
          label={label}
          isLabelled
          placeholder={`Choose a ${words}`}
          value={target}
          onChange={setTarget}
          provider={user.provider}
        />
        <Text size="sm" c="dimmed">
          It stands until people take it back; no provider and no rule does.
          {kind === 'role' && ' A role given by hand wins over rules, and replaces one given before.'}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={target === null} loading={give.isPending}>
            Give it
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface TakeBackProps {
  user: UserJson;
  taken: Taken | null;
  onClose(): void;
}

export function TakeBackDialog({ user, taken, onClose }: TakeBackProps) {
  const take = useChange<Taken>({
    run: ({ kind, id }) => sending('DELETE', `/users/${user.id}/grants/${kind}/${id}`)(),
    done: (_, { name }) => `What was given by hand is taken back: ${name}.`,
    onDone: onClose,
  });
  return (
    <Confirm
      opened={taken !== null}
      title={`Take ${taken?.name ?? ''} back from ${user.displayName}?`}
      action="Take back"
      isDangerous
      isBusy={take.isPending}
      onConfirm={() => taken && take.mutate(taken)}
      onClose={onClose}
    >
      {taken?.kind === 'role'
        ? 'What the rules give counts again. Where they give no role, this user cannot sign in any more.'
        : 'They keep it only where a rule gives it too.'}
    </Confirm>
  );
}
