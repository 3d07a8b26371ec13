// How long people stay signed in, and how old what is known of them may become meanwhile.

import { Button, Group, Stack, TextInput } from '@mantine/core';
import type { FormEvent } from 'react';
import type { SessionRulesJson } from '../../src/edge/admin/contract.ts';
import { send } from '../api.ts';
import { useChange, useGet } from '../queries.ts';
import { useSession } from '../session.tsx';
import { Meanwhile, useEdited } from '../ui/edited.tsx';
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
          <RulesForm rules={found} />
        </Panel>
      )}
    </Shown>
  );
}

type Rules = Pick<SessionRulesJson, 'cap' | 'refreshAfter'>;
const labels = { cap: 'A session ends after', refreshAfter: 'Claims are read again after' } as const;
const named = ({ cap, refreshAfter }: Rules) => ({ [labels.cap]: cap, [labels.refreshAfter]: refreshAfter });

function RulesForm({ rules }: { rules: SessionRulesJson }) {
  const { may } = useSession();
  const edited = useEdited({ cap: rules.cap, refreshAfter: rules.refreshAfter }, rules.revision);
  const { value, write, isDirty, before, revision } = edited;
  const isReadOnly = rules.locked || !may('settings:edit');
  const save = useChange<void>({
    run: () => send(PATH, { method: 'PUT', body: value, ifMatch: `"${revision}"` }),
    touches: ['settings'],
    done: 'Saved. It counts on every server within a second.',
    isQuiet: true,
  });
  const isTold = before !== null || !save.error || save.error.problems.length > 0;
  const other = isTold ? undefined : save.error?.message;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md" maw={520}>
        <Meanwhile of={edited} words={named} told={{ type: 'settings.updated', subject: 'sessions' }} />
        <TextInput
          label={labels.cap}
          description="In any case, also one that has begun. A whole number and s, m, h or d, such as 30d."
          value={value.cap}
          onChange={(event) => write({ ...value, cap: event.currentTarget.value })}
          error={save.error?.at('/cap') ?? other}
          readOnly={isReadOnly}
        />
        <TextInput
          label={labels.refreshAfter}
          description="On demand, when they are older: that is how soon somebody who was blocked at the provider is out where SCIM is off."
          value={value.refreshAfter}
          onChange={(event) => write({ ...value, refreshAfter: event.currentTarget.value })}
          error={save.error?.at('/refreshAfter')}
          readOnly={isReadOnly}
        />
        {!isReadOnly && (
          <Group>
            <Button type="submit" loading={save.isPending} disabled={!isDirty || before !== null}>
              Save
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}
