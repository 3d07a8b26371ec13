// One configured identity provider and what of it decides how requests are read and matched.

export type ProviderKind = 'entra' | 'okta' | 'keycloak' | 'google' | 'oidc';

/** What becomes of the people of a provider that is removed, or whose SCIM is switched off. */
export type PeopleChoice = 'keep' | 'suspend' | 'remove';

/** A provider that goes, or whose SCIM goes, by a job that reaches its people one after the other. */
export interface Retirement {
  readonly of: 'provider' | 'scim';
  readonly people: PeopleChoice;
  readonly at: number;
  /** Who said so, as reasons of grants have it. */
  readonly actor: string;
  /** Rules that people up to this number were resolved with are the last that gave them anything. */
  readonly former: number;
  /** Of a provider: it is gone but for the people who were kept, and they have their home here. */
  readonly done: boolean;
}

export interface ProviderSettings {
  readonly kind: ProviderKind;
  readonly claimsSyncMode: 'both' | 'scim';
  readonly scope: 'assigned' | 'all';
  /** How Entra's administrator matches groups: by externalId, equal names are allowed. */
  readonly groupsMatchedBy: 'displayName' | 'externalId';
  /** The reported deviation of 2026: `replace members` meant as "add these". Off unless an administrator says so. */
  readonly memberReplaceIsAdd: boolean;
  readonly guard: { readonly percent: number; readonly count: number };
  readonly reconcile: { readonly mode: 'heal' | 'report' | 'off'; readonly everyMs: number };
  /** tenantId, clientId, issuer, ...: what the kind needs. Secrets are not here. */
  readonly connection: Readonly<Record<string, unknown>>;
  readonly retirement?: Retirement;
  /** What SCIM said last stays and satisfies no rule: it was switched off, and its people were decided on. */
  readonly scimRests?: true;
}

export interface Provider {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly scimEnabled: boolean;
  /** What the configuration file declares, it owns: the dashboard and the API show it locked. */
  readonly declared: boolean;
  readonly revision: number;
  readonly settings: ProviderSettings;
  readonly createdAt: number;
}

/** It is being removed, or was: nothing brings it back. */
export function isClosed({ settings }: Pick<Provider, 'settings'>): boolean {
  return settings.retirement?.of === 'provider';
}

/** Gone but for the people who were kept. */
export function isRemoved({ settings }: Pick<Provider, 'settings'>): boolean {
  return settings.retirement?.of === 'provider' && settings.retirement.done;
}

/** Why its requests are refused, in a sentence; null where they are taken. */
export function whyNoScim({
  name,
  enabled,
  scimEnabled,
  settings,
}: Pick<Provider, 'name' | 'enabled' | 'scimEnabled' | 'settings'>): string | null {
  if (isClosed({ settings })) return `The provider ${name} is being removed, or was.`;
  if (!enabled) return `The provider ${name} is disabled: enable it first.`;
  return scimEnabled ? null : `SCIM provisioning is switched off for the provider ${name}.`;
}

export function scimRests({ scimEnabled, settings }: Pick<Provider, 'scimEnabled' | 'settings'>): boolean {
  return settings.scimRests === true && !scimEnabled;
}

/** A short, readable, stable id from a name: `Contoso Entra` gives `contoso-entra`. */
export function providerIdFor(name: string, taken: ReadonlySet<string>): string {
  const slug =
    name
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 40) || 'provider';
  for (let n = 1; ; n++) {
    const id = n === 1 ? slug : `${slug}-${n}`;
    if (!taken.has(id)) return id;
  }
}

// --- secrets at rest --------------------------------------------------------------------------------------------

/** Under which name `connection` keeps each secret of a provider, sealed; the keys are those of a written block. */
export const SEALED_AS = {
  clientSecret: 'sealedClientSecret',
  /** What the directory is read with where the application's own credentials do not open it (Okta). */
  directoryToken: 'sealedDirectoryToken',
} as const;
export type SecretName = keyof typeof SEALED_AS;
export const secretNames = Object.keys(SEALED_AS) as SecretName[];

export interface SealedSecret {
  /** Whose secret it is (table, row, column): a sealed text opens for this alone. */
  readonly identity: string;
  readonly sealed: string;
}

export function secretIdentity(provider: string, name: SecretName): string {
  return `providers/${provider}/${name}`;
}

/** Every place where a secret at rest stands. */
export function sealedSecrets(provider: Pick<Provider, 'id' | 'settings'>): SealedSecret[] {
  return secretNames.flatMap((name) => sealedSecret(provider, name) ?? []);
}

export function sealedSecret(
  { id, settings }: Pick<Provider, 'id' | 'settings'>,
  name: SecretName,
): SealedSecret | null {
  const sealed = settings.connection[SEALED_AS[name]];
  return typeof sealed === 'string' ? { identity: secretIdentity(id, name), sealed } : null;
}

/** What of a connection may be shown. */
export function withoutSecrets(connection: ProviderSettings['connection']): Record<string, unknown> {
  const hidden: readonly string[] = Object.values(SEALED_AS);
  return Object.fromEntries(Object.entries(connection).filter(([key]) => !hidden.includes(key)));
}

/** The settings with every secret as `reseal` gives it; the same object where that changes nothing. */
export function resealed(
  provider: Pick<Provider, 'id' | 'settings'>,
  reseal: (secret: SealedSecret) => string,
): ProviderSettings {
  const anew = secretNames.flatMap((name) => {
    const secret = sealedSecret(provider, name);
    const sealed = secret && reseal(secret);
    return sealed === null || sealed === secret?.sealed ? [] : [[SEALED_AS[name], sealed] as const];
  });
  const { settings } = provider;
  if (anew.length === 0) return settings;
  return { ...settings, connection: { ...settings.connection, ...Object.fromEntries(anew) } };
}
