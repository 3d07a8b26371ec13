// Disable SCIM, or delete the provider: first what each choice means for its people, then the name typed, then the job that does it.

import { Alert, Button, Group, Modal, Progress, Radio, Stack, Table, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { JobJson, ProviderJson, RemovalPlanJson } from '../../src/edge/admin/contract.ts';
import { send } from '../api.ts';
import { type ListPage, useChange, useGet } from '../queries.ts';
import { useSession } from '../session.tsx';
import { counted } from '../ui/counted.ts';
import { Facts } from '../ui/facts.tsx';
import { Failed, Shown } from '../ui/states.tsx';
import { Warning } from '../ui/warning.tsx';

export type Leaving = { of: 'scim'; changes: Record<string, unknown> } | { of: 'provider' };
type People = RemovalPlanJson['people'];

const choices: Readonly<Record<People, { label: string; description: string }>> = {
  keep: {
    label: 'Keep them',
    description: 'They stay as they are; what rules gave them stays with them as given by hand.',
  },
  suspend: { label: 'Suspend them', description: 'The same, and nobody of them comes in any more.' },
  remove: { label: 'Remove them', description: 'Each is removed, with access and sessions, for good.' },
};

interface LeavingProps {
  provider: ProviderJson;
  leaving: Leaving | null;
  onClose(): void;
  onDone(of: Leaving['of']): void | Promise<void>;
}

export function LeavingDialog({ provider, leaving, onClose, onDone }: LeavingProps) {
  return (
    <Modal
      opened={leaving !== null}
      onClose={onClose}
      title={leaving?.of === 'scim' ? 'Disable SCIM' : `Delete ${provider.name}`}
      size="lg"
      centered
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {leaving && <Content provider={provider} leaving={leaving} onClose={onClose} onDone={onDone} />}
    </Modal>
  );
}

function Content({ provider, leaving, onClose, onDone }: LeavingProps & { leaving: Leaving }) {
  const { may } = useSession();
  const [people, setPeople] = useState<People>('keep');
  const [typed, setTyped] = useState('');
  const seesPlan = may('providers:delete');
  const plan = useGet<RemovalPlanJson>(`/providers/${provider.id}/removal-plan`, {
    query: { of: leaving.of, people },
    enabled: seesPlan,
  });
  // While another choice is asked for, the plan of the one before is still there.
  const shown = plan.data?.people === people ? plan.data : undefined;
  const isEmpty = plan.data?.users === 0;
  const leave = useChange<void>({
    run: () => request(provider, leaving, { people, confirm: shown?.confirm ?? null, isEmpty }),
    // The page of a provider that is gone has nothing to ask for.
    ...(leaving.of === 'provider' && { touches: [] }),
    isQuiet: true,
    done: leaving.of === 'scim' ? 'SCIM is disabled.' : `${provider.name} is being deleted.`,
    onDone: () => onDone(leaving.of),
  });
  const isReady = typed.trim() === provider.name && (!seesPlan || shown !== undefined);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady) leave.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {!isEmpty && (
          <Radio.Group
            label={leaving.of === 'scim' ? 'The people whom SCIM brought' : 'Its people'}
            value={people}
            onChange={(value) => setPeople(value as People)}
          >
            <Stack gap="xs" mt="xs">
              {(Object.keys(choices) as People[])
                .filter((each) => each !== 'remove' || seesPlan)
                .map((each) => (
                  <Radio key={each} value={each} {...choices[each]} />
                ))}
            </Stack>
          </Radio.Group>
        )}
        {seesPlan && (
          <Shown of={plan} label="Looking what that means">
            {(found) => <Plan plan={found} />}
          </Shown>
        )}
        {leave.error && <Failed problem={leave.error} />}
        <TextInput
          label={`Type ${provider.name} to go on`}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          autoComplete="off"
          data-autofocus
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" color="red" disabled={!isReady} loading={leave.isPending}>
            {leaving.of === 'scim' ? 'Disable SCIM' : 'Delete provider'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface Said {
  people: People;
  confirm: number | null;
  isEmpty: boolean;
}

function request({ id, revision }: ProviderJson, leaving: Leaving, { people, confirm, isEmpty }: Said) {
  const said = { ...(!isEmpty && { people }), ...(confirm !== null && { confirm }) };
  const ifMatch = `"${revision}"`;
  if (leaving.of === 'provider') return send(`/providers/${id}`, { method: 'DELETE', query: said, ifMatch });
  const body = { ...leaving.changes, scim: { enabled: false, ...said } };
  return send(`/providers/${id}`, { method: 'PATCH', body, ifMatch });
}

function Plan({ plan }: { plan: RemovalPlanJson }) {
  const { users, active, suspended, loseSignIn, admins, groups, tokens, totalIsCapped, of } = plan;
  if (users === 0) {
    return (
      <Text size="sm">
        {of === 'scim' ? 'SCIM has brought nobody' : 'Nobody belongs to it'}: no person is touched.
      </Text>
    );
  }
  const number = (count: number) => `${count.toLocaleString('en')}${totalIsCapped ? '+' : ''}`;
  return (
    <Stack gap="sm" aria-label="What it means" component="section">
      <Facts
        of={[
          ['People', `${number(users)}: ${number(active)} active, ${number(suspended)} suspended`],
          [
            'Cannot sign in any more',
            <span key="lose" className={loseSignIn > 0 ? 'loss number' : 'number'}>
              {number(loseSignIn)}
            </span>,
          ],
          ['Groups of SCIM', of === 'scim' ? `${groups} stay` : `${groups} go`],
          ['Tokens', of === 'scim' ? `${tokens} are of no use until SCIM is enabled again` : `${tokens} end`],
        ]}
      />
      {admins.total > 0 && (
        <Warning title={counted(admins.total, 'of them is an administrator', 'of them are administrators')}>
          {admins.items.map(({ userName }) => userName).join(', ')}
        </Warning>
      )}
      <Losers plan={plan} />
    </Stack>
  );
}

const SHOWN = 6;

function Losers({ plan: { first, users, people } }: { plan: RemovalPlanJson }) {
  const rows = first.slice(0, SHOWN);
  if (people !== 'remove' || rows.length === 0) return null;
  return (
    <Table.ScrollContainer minWidth={420}>
      <Table verticalSpacing={4} fz="sm" aria-label="Who loses what">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Person</Table.Th>
            <Table.Th>Role</Table.Th>
            <Table.Th>Teams and business units</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ user, role, teams, businessUnits }) => (
            <Table.Tr key={user.id}>
              <Table.Td>{user.userName}</Table.Td>
              <Table.Td>{role?.name ?? '-'}</Table.Td>
              <Table.Td>{[...teams, ...businessUnits].map(({ name }) => name).join(', ') || '-'}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {users > rows.length && (
        <Text size="xs" c="dimmed">
          and {(users - rows.length).toLocaleString('en')} more
        </Text>
      )}
    </Table.ScrollContainer>
  );
}

// --- the job ----------------------------------------------------------------------------------------------------

const LOOK_MS = 2_000;

/** How far the job is, while a provider or its SCIM goes. */
export function Going({ provider }: { provider: ProviderJson }) {
  const { may } = useSession();
  const { retirement } = provider;
  const isGoing = retirement?.state === 'underWay';
  const jobs = useGet<ListPage<JobJson>>('/jobs', {
    query: { underWay: 'true', limit: 50 },
    enabled: isGoing && may('system:read'),
    every: LOOK_MS,
  });
  if (!retirement || !isGoing) return null;
  const kind = retirement.of === 'scim' ? 'end-scim' : 'remove-provider';
  const job = jobs.data?.items.find((each) => each.provider === provider.id && each.kind === kind);
  const percent = job?.total ? Math.floor((100 * job.done) / job.total) : null;
  const doing = { keep: 'are kept', suspend: 'are suspended', remove: 'are removed' }[retirement.people];
  return (
    <Alert
      color="sky"
      variant="light"
      title={retirement.of === 'scim' ? 'SCIM is being switched off' : 'It is being deleted'}
      role="status"
    >
      <Text size="sm">
        Its people {doing}, one after the other
        {job ? `: ${job.done.toLocaleString('en')} of ${job.total ?? '?'}` : ''}.
      </Text>
      {percent !== null && <Progress value={percent} mt="xs" aria-label="How far it is" />}
      {job?.lastError && <Text size="sm">A part of it broke and is tried again: {job.lastError}</Text>}
    </Alert>
  );
}
