// Setup Complete: what Entra is to be given, shown once.

import { Alert, List, Modal, Stack, Text } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { CopyField } from '../ui/copy-field.tsx';
import { closedByButton, StoredOnce } from '../ui/stored-once.tsx';
import { Warning } from '../ui/warning.tsx';
import type { Kind } from './provider-kinds.ts';

export interface Handed {
  endpoint: string;
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
  const { endpoint, token } = handed;
  const isEntra = kind === 'entra';
  const outside = whyUnreachable(endpoint);
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
      {outside !== null && (
        <Warning title="Entra cannot reach this address">
          {outside} Set <code>BIFROST_PUBLIC_URL</code> to an https address that Microsoft&apos;s servers
          reach, or let Entra&apos;s provisioning agent on your network call it.
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

const PRIVATE_V4 =
  /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/;
const PRIVATE_V6 = /^\[(f[cd]|fe[89ab])/i;
const LOOPBACK = /^(localhost|127\.|\[::1\]|.*\.localhost$)/i;

/** A sentence for an address that cannot be called from the internet, as far as its spelling says; null where it may be. */
function whyUnreachable(endpoint: string): string | null {
  const { protocol, hostname } = new URL(endpoint);
  if (LOOPBACK.test(hostname)) return `${hostname} is this machine alone.`;
  if (PRIVATE_V4.test(hostname) || PRIVATE_V6.test(hostname))
    return `${hostname} is an address of a private network.`;
  if (!hostname.includes('.') || /\.(local|internal|lan|home\.arpa)$/i.test(hostname)) {
    return `${hostname} is a name of a local network.`;
  }
  return protocol === 'https:' ? null : 'Entra calls https addresses alone.';
}
