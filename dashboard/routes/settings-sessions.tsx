// How long people stay signed in, and how old what is known of them may become meanwhile.

import { Button, Group, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { SessionRulesJson } from '../../src/edge/admin/contract.ts';
import { send } from '../api.ts';
import { useChange, useGet } from '../queries.ts';
import { useSession } from '../session.tsx';
import { Locked } from '../ui/locked.tsx';
import { Panel } from '../ui/panel.tsx';
import { Shown } from '../ui/states.tsx';

const PATH = '/settings/sessions';

export function SessionRules() {
  const rules = useGet<SessionRulesJson>(PATH);
  return (
    <Shown of={rules}>
      {(found) => (
        <Panel title="Sessions">
          {found.locked && <Locked what="how long sessions last" />}
          <RulesForm key={found.revision} rules={found} />
        </Panel>
      )}
    </Shown>
  );
}

function RulesForm({ rules }: { rules: SessionRulesJson }) {
  const { may } = useSession();
  const [cap, setCap] = useState(rules.cap);
  const [refreshAfter, setRefreshAfter] = useState(rules.refreshAfter);
  const isReadOnly = rules.locked || !may('settings:edit');
  const save = useChange<void>({
    run: () => send(PATH, { method: 'PUT', body: { refreshAfter, cap }, ifMatch: `"${rules.revision}"` }),
    touches: ['settings'],
    done: 'Saved. It counts on every server within a second.',
    isQuiet: true,
  });
  const other = save.error && save.error.problems.length === 0 ? save.error.message : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md" maw={520}>
        <TextInput
          label="A session ends after"
          description="In any case, also one that has begun. A whole number and s, m, h or d, such as 30d."
          value={cap}
          onChange={(event) => setCap(event.currentTarget.value)}
          error={save.error?.at('/cap') ?? other}
          readOnly={isReadOnly}
        />
        <TextInput
          label="Claims are read again after"
          description="On demand, when they are older: that is how soon somebody who was blocked at the provider is out where SCIM is off."
          value={refreshAfter}
          onChange={(event) => setRefreshAfter(event.currentTarget.value)}
          error={save.error?.at('/refreshAfter')}
          readOnly={isReadOnly}
        />
        {!isReadOnly && (
          <Group>
            <Button
              type="submit"
              loading={save.isPending}
              disabled={cap === rules.cap && refreshAfter === rules.refreshAfter}
            >
              Save
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}
