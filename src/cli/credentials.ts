// What an administrator enters at the provider, told once: the endpoint and, where it was just made, the token.

import type { Output } from './output.ts';

export interface ScimCredentials {
  /** How the provider names the two fields of its form. */
  kind: string;
  endpoint: string;
  /** Why the provider cannot call it; null where it may be able to. */
  unreachable: string | null;
  token: string;
}

export function showCredentials(
  { kind, endpoint, unreachable, token }: ScimCredentials,
  output: Output,
): void {
  output.line();
  output.fields([
    [label('SCIM Endpoint URL', kind, 'Tenant URL'), endpoint],
    [label('Provisioning Token', kind, 'Secret Token'), { tone: 'strong', text: token }],
  ]);
  output.line();
  output.line({ tone: 'warning', text: 'The token is shown this once only.' }, ' Store it before you go on.');
  warnOfAddress(unreachable, output);
}

/** To whoever is about to enter it at the provider. */
export function warnOfAddress(unreachable: string | null, output: Output): void {
  if (unreachable === null) return;
  output.line(
    { tone: 'warning', text: 'The provider cannot reach this address:' },
    ` ${unreachable} Set BIFROST_PUBLIC_URL to an https address that its servers reach.`,
  );
}

/** Ours first, and what the form of Entra calls it. */
export function label(ours: string, kind: string, entra: string): string {
  return kind === 'entra' ? `${ours} (Entra: ${entra})` : ours;
}
