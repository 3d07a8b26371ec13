// Every API key, and making one of your own, shown once.

import { Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import type { ApiKeyJson } from '../../src/edge/admin/contract.ts';
import { type ListPage, useGet } from '../queries.ts';
import { useSession } from '../session.tsx';
import { ApiKeyTable } from '../ui/api-keys.tsx';
import { Panel } from '../ui/panel.tsx';
import { Empty, Shown } from '../ui/states.tsx';
import { NewApiKey } from './settings-new-api-key.tsx';

const MOST = 200;

export function ApiKeys() {
  const { me, may } = useSession();
  const keys = useGet<ListPage<ApiKeyJson>>('/api-keys', { query: { limit: MOST } });
  const [isMaking, { open, close }] = useDisclosure(false);
  const mayMake = may('apiKeys:create') && me.person !== null;
  return (
    <Panel
      title="API keys"
      actions={
        mayMake && (
          <Button size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={open}>
            New API key
          </Button>
        )
      }
    >
      <Text size="sm" c="dimmed" maw={760}>
        For scripts and applications. A key belongs to a person, may no more than they, and ends with them.
      </Text>
      <Shown of={keys}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No API key so far">
              Make one for each script, so that each can be ended by itself.
            </Empty>
          ) : (
            <ApiKeyTable items={items} />
          )
        }
      </Shown>
      <NewApiKey opened={isMaking} onClose={close} />
    </Panel>
  );
}
