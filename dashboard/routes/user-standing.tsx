// Suspending somebody, lifting that, and erasing whoever was removed: each asks first.

import type { UserJson } from '../../src/edge/admin/contract.ts';
import { sending, useChange } from '../queries.ts';
import { Confirm } from '../ui/confirm.tsx';

export type Standing = 'suspend' | 'lift';

interface StandingProps {
  user: UserJson;
  open: Standing | null;
  onClose(): void;
}

export function StandingDialog({ user, open, onClose }: StandingProps) {
  const { id, displayName, suspensions } = user;
  const change = useChange<boolean>({
    run: (suspended) => sending('PATCH', `/users/${id}`)({ suspended }),
    done: (_, suspended) =>
      suspended ? `${displayName} is suspended.` : `Your suspension of ${displayName} is lifted.`,
    onDone: onClose,
  });
  const others = suspensions.some((reason) => reason !== 'admin');
  return (
    <>
      <Confirm
        opened={open === 'suspend'}
        title={`Suspend ${displayName}?`}
        action="Suspend"
        isDangerous
        isBusy={change.isPending}
        onConfirm={() => change.mutate(true)}
        onClose={onClose}
      >
        Every session ends at once, and sign-in, API keys and the answer to applications say no. Role, teams
        and business units stay and sleep. No provider lifts it: people do, here.
      </Confirm>
      <Confirm
        opened={open === 'lift'}
        title={`Lift the suspension of ${displayName}?`}
        action="Lift suspension"
        isBusy={change.isPending}
        onConfirm={() => change.mutate(false)}
        onClose={onClose}
      >
        {others
          ? 'The provider has suspended them too: that stands until it is lifted there.'
          : 'They may sign in again, with what they had.'}
      </Confirm>
    </>
  );
}

export function EraseUser({ user, opened, onClose }: { user: UserJson; opened: boolean; onClose(): void }) {
  const { id, displayName, userName } = user;
  const erase = useChange<void, { id?: string } | null>({
    run: () => sending<{ id?: string } | null>('POST', `/users/${id}/purge`)(),
    done: (held) =>
      held?.id === undefined
        ? `What is personal of ${displayName} is being erased.`
        : 'More would be erased in a day than the guard lets pass: it is held until somebody approves it.',
    onDone: onClose,
  });
  return (
    <Confirm
      opened={opened}
      title={`Erase ${displayName} for good?`}
      action="Erase"
      isDangerous
      typed={userName}
      isBusy={erase.isPending}
      onConfirm={() => erase.mutate()}
      onClose={onClose}
    >
      The record, the requests about it, and what events say of it go. Events keep the id alone. Nothing
      brings it back.
    </Confirm>
  );
}
