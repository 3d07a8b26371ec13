// A user as SCIM answers them: what the provider reads back.

import { Box, Code, Stack, Text } from '@mantine/core';
import type { UserJson } from '../../src/edge/admin/contract.ts';
import { useGet } from '../queries.ts';
import { CopyField } from '../ui/copy-field.tsx';
import { Panel } from '../ui/panel.tsx';
import { Shown } from '../ui/states.tsx';

interface ScimJson {
  resource: Record<string, unknown>;
  location: string | null;
}

export function UserScim({ user }: { user: UserJson }) {
  const found = useGet<ScimJson>(`/users/${user.id}/scim`);
  return (
    <Panel title="Raw SCIM">
      <Shown of={found}>
        {({ resource, location }) => (
          <Stack gap="sm">
            <Text size="sm" c="dimmed">
              What the provider is answered when it reads this user.
            </Text>
            {location !== null && (
              <Box maw={640}>
                <CopyField label="Location" value={location} />
              </Box>
            )}
            <Code block tabIndex={0} mah={520} style={{ overflow: 'auto' }}>
              {JSON.stringify(resource, null, 2)}
            </Code>
          </Stack>
        )}
      </Shown>
    </Panel>
  );
}
