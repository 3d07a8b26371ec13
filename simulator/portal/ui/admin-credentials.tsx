// Tenant URL and Secret Token, and whether the application answers to them.

import { Accordion, Alert, Button, Code, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconPlugConnected } from '@tabler/icons-react';
import type { ConnectionTestJson, SaveProvisioningJson } from '../../portal-api/contract.ts';
import { ask, type PortalProblem, useChange } from '../api.ts';
import { ExchangeBodies } from './exchange.tsx';

interface AdminCredentialsProps {
  tenantUrl: string;
  /** As typed; empty where the one that is saved stays. */
  secretToken: string;
  hasSecretToken: boolean;
  onChange(changes: SaveProvisioningJson): void;
}

export function AdminCredentials({
  tenantUrl,
  secretToken,
  hasSecretToken,
  onChange,
}: AdminCredentialsProps) {
  const test = useChange<void, ConnectionTestJson>({
    run: () =>
      ask('POST', '/provisioning/test-connection', { tenantUrl, ...(secretToken !== '' && { secretToken }) }),
    isQuiet: true,
  });
  const edit = (changes: SaveProvisioningJson) => {
    test.reset();
    onChange(changes);
  };
  const isReady = tenantUrl.trim() !== '' && (secretToken !== '' || hasSecretToken);
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        With these the application is asked to make and change accounts. Bifrost shows both under Setup
        Complete.
      </Text>
      <TextInput
        label="Tenant URL"
        required
        value={tenantUrl}
        onChange={(event) => edit({ tenantUrl: event.currentTarget.value })}
        autoComplete="off"
        spellCheck={false}
      />
      <PasswordInput
        label="Secret Token"
        required
        value={secretToken}
        placeholder={hasSecretToken ? 'The saved token stays' : ''}
        onChange={(event) => edit({ secretToken: event.currentTarget.value })}
        autoComplete="off"
        visibilityToggleButtonProps={{ 'aria-label': 'Show or hide it' }}
      />
      <Group>
        <Button
          variant="default"
          disabled={!isReady}
          loading={test.isPending}
          onClick={() => test.mutate()}
          leftSection={<IconPlugConnected size={17} stroke={1.7} />}
        >
          Test Connection
        </Button>
      </Group>
      <div role="status">
        {test.data && <Result of={test.data} />}
        {test.error && <NotTested problem={test.error} />}
      </div>
    </Stack>
  );
}

function NotTested({ problem }: { problem: PortalProblem }) {
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconAlertTriangle size={20} />}
      title="The connection was not tested"
    >
      {problem.message}
    </Alert>
  );
}

function Result({ of }: { of: ConnectionTestJson }) {
  const { isGood, title, detail, exchanges } = of;
  return (
    <Alert
      color={isGood ? 'green' : 'red'}
      variant="light"
      icon={isGood ? <IconCircleCheck size={20} /> : <IconAlertTriangle size={20} />}
      title={title}
    >
      <Stack gap="xs">
        <Text size="sm">{detail}</Text>
        <Accordion variant="default" chevronPosition="left">
          {exchanges.map((exchange) => (
            <Accordion.Item key={exchange.number} value={String(exchange.number)}>
              <Accordion.Control>
                <Code>
                  {exchange.method} {exchange.path.split('?')[0]}
                </Code>{' '}
                answered {exchange.status === 0 ? 'nothing' : exchange.status}
              </Accordion.Control>
              <Accordion.Panel>
                <ExchangeBodies exchange={exchange} />
              </Accordion.Panel>
            </Accordion.Item>
          ))}
        </Accordion>
      </Stack>
    </Alert>
  );
}
