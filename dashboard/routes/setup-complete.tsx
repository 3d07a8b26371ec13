// Setup Complete: what Entra is to be given, shown once.

import { Alert, List, Modal, Stack, Text } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { CopyField } from '../ui/copy-field.tsx';
import { closedByButton, StoredOnce } from '../ui/stored-once.tsx';
import { Warning } from '../ui/warning.tsx';
import type { Kind } from './provider-kinds.ts';

export interface Handed {
  endpoint: string;
  /** Why the provider cannot call it; null where it may be able to. */
  unreachable: string | null;
  /** null where a token is live already: it is not made anew. */
  token: string | null;
  title?: string;
}

interface SetupCompleteProps {
  handed: Handed | null;
  kind: Kind;
  onClose(): void;
}

export function SetupComplete({ handed, kind, onClose }: SetupCompleteProps) {
  return (
    <Modal
      opened={handed !== null}
      onClose={onClose}
      title={handed?.title ?? 'Setup Complete'}
      size="lg"
      centered
      {...closedByButton}
    >
      {handed && <Content handed={handed} kind={kind} onClose={onClose} />}
    </Modal>
  );
}

function Content({ handed, kind, onClose }: { handed: Handed; kind: Kind; onClose(): void }) {
  const { endpoint, token, unreachable } = handed;
  const isEntra = kind === 'entra';
  return (
    <Stack>
      <CopyField
        label="SCIM Endpoint URL"
        value={endpoint}
        {...(isEntra && { description: 'In Entra: Tenant URL' })}
      />
      {token === null ? (
        <Alert color="sky" variant="light" icon={<IconInfoCircle size={20} aria-hidden />}>
          A provisioning token is in use already and stays valid. Rotate it where nobody has stored it.
        </Alert>
      ) : (
        <>
          <CopyField
            label="Provisioning Token"
            value={token}
            {...(isEntra && { description: 'In Entra: Secret Token' })}
          />
          <Text size="sm">
            The provisioning token is shown this once. It can be rotated at any time, and is never shown
            again.
          </Text>
        </>
      )}
      {unreachable !== null && (
        <Warning title={`${isEntra ? 'Entra' : 'The provider'} cannot reach this address`}>
          {unreachable} Set <code>BIFROST_PUBLIC_URL</code> to an https address that its servers reach
          {isEntra && <>, or let Entra&apos;s provisioning agent on your network call it</>}.
        </Warning>
      )}
      {isEntra && <NextSteps />}
      <StoredOnce isNothingNew={token === null} onClose={onClose} />
    </Stack>
  );
}

function NextSteps() {
  return (
    <Stack gap={4}>
      <Text size="sm" fw={600}>
        Next, in the Azure Portal
      </Text>
      <List size="sm" type="ordered" spacing={2}>
        <List.Item>
          Microsoft Entra ID › Enterprise applications › your application › Provisioning › Get started
        </List.Item>
        <List.Item>Provisioning Mode: Automatic. Under Admin Credentials enter both values above.</List.Item>
        <List.Item>Test Connection, then Save; it shows here as the first request.</List.Item>
        <List.Item>Users and groups: assign who is to come. Then Provisioning Status: On.</List.Item>
      </List>
    </Stack>
  );
}
