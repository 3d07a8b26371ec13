// The kinds of providers: what each is called, and the fields that it needs, each with where its administrator finds it.

import {
  IconBrandAzure,
  IconBrandGoogle,
  IconCircleDashed,
  IconFingerprint,
  IconShieldLock,
} from '@tabler/icons-react';
import type { ProviderJson } from '../../src/edge/admin/contract.ts';

export type Kind = ProviderJson['kind'];

export interface Field {
  /** The key of the provider's block. */
  key: string;
  label: string;
  /** In the words of the provider's own administration. */
  where?: string;
  placeholder?: string;
  isRequired?: boolean;
  /** Never kept in the browser, never shown again. */
  isSecret?: boolean;
  /** A line each. */
  isList?: boolean;
  options?: readonly { value: string; label: string }[];
  /** Stands behind "More". */
  isRare?: boolean;
  /** Only for trying out. */
  isDevelopment?: boolean;
}

interface KindFacts {
  label: string;
  about: string;
  icon: typeof IconBrandAzure;
  fields: readonly Field[];
}

const clientId = (where: string): Field => ({ key: 'clientId', label: 'Client ID', where, isRequired: true });
const clientSecret = (where: string): Field => ({
  key: 'clientSecret',
  label: 'Client secret',
  where,
  isSecret: true,
});
const clientSecretEnd: Field = {
  key: 'clientSecretExpiresAt',
  label: 'Secret ends on',
  where: 'The day that was said when it was made. For notices before it.',
  placeholder: '2027-05-01',
};
const audience: Field = {
  key: 'audience',
  label: 'Audience',
  where: 'Whom tokens must name. Left empty: the client ID.',
  isRare: true,
};

const entraFields: readonly Field[] = [
  {
    key: 'tenantId',
    label: 'Directory (tenant) ID',
    where: 'Azure Portal: Microsoft Entra ID › Overview › Tenant ID',
    placeholder: '00000000-0000-0000-0000-000000000000',
    isRequired: true,
  },
  {
    ...clientId('Azure Portal: App registrations › your application › Overview'),
    label: 'Application (client) ID',
    placeholder: '00000000-0000-0000-0000-000000000000',
  },
  clientSecret('Certificates & secrets › New client secret: the Value, not the Secret ID'),
  { ...clientSecretEnd, where: 'The same page: Expires. What Microsoft Graph says counts before it.' },
  {
    key: 'cloud',
    label: 'Cloud',
    where: 'Which portal the tenant is administered in.',
    options: [
      { value: 'commercial', label: 'Commercial: portal.azure.com' },
      { value: 'gcc-high', label: 'US Government GCC High: portal.azure.us' },
      { value: 'dod', label: 'US Government DoD: portal.azure.us' },
      { value: 'china', label: 'China (21Vianet): portal.azure.cn' },
    ],
  },
  {
    key: 'allowedTenants',
    label: 'Tenants whose people may sign in',
    where: 'One a line. Left empty: the tenant above alone.',
    isList: true,
    isRare: true,
  },
  {
    key: 'appIdUri',
    label: 'Application ID URI',
    where: 'App registrations › Expose an API. For version 1 tokens alone.',
    placeholder: 'api://...',
    isRare: true,
  },
  audience,
  {
    key: 'authorityUrl',
    label: 'Address of sign-in',
    where: 'What stands in for login.microsoftonline.com.',
    isDevelopment: true,
  },
  {
    key: 'graphUrl',
    label: 'Address of Graph',
    where: 'What stands in for graph.microsoft.com.',
    isDevelopment: true,
  },
];

const issuer = (where: string, placeholder: string): Field => ({
  key: 'issuer',
  label: 'Issuer',
  where,
  placeholder,
  isRequired: true,
});

const endpoint = (key: string, label: string): Field => ({
  key,
  label,
  where: 'Left empty: as the discovery document says.',
  isRare: true,
});

export const kinds: Readonly<Record<Kind, KindFacts>> = {
  entra: {
    label: 'Microsoft Entra',
    about: 'Sign-in, SCIM provisioning, and a daily comparison with Microsoft Graph',
    icon: IconBrandAzure,
    fields: entraFields,
  },
  okta: {
    label: 'Okta',
    about: 'Sign-in, SCIM provisioning, and a comparison with the org',
    icon: IconCircleDashed,
    fields: [
      issuer(
        'Okta Admin Console: Security › API › Authorization Servers › Issuer URI, with its path',
        'https://contoso.okta.com/oauth2/default',
      ),
      clientId('Applications › your OIDC Web Application › General › Client Credentials'),
      clientSecret('Applications › your OIDC Web Application › General › Client secrets'),
      clientSecretEnd,
      {
        key: 'directoryToken',
        label: 'API token',
        where: 'Security › API › Tokens, of an administrator who may only read. For comparing with the org.',
        isSecret: true,
      },
      audience,
    ],
  },
  keycloak: {
    label: 'Keycloak',
    about: 'Sign-in with roles of the realm, and a comparison with it',
    icon: IconShieldLock,
    fields: [
      {
        key: 'serverUrl',
        label: 'Address of the server',
        where: 'Without the realm.',
        placeholder: 'https://keycloak.contoso.com',
        isRequired: true,
      },
      { key: 'realm', label: 'Realm', where: 'Admin Console: its name at the top left', isRequired: true },
      clientId('Clients › your client, with Client authentication and Standard flow'),
      clientSecret('Clients › your client › Credentials'),
      clientSecretEnd,
      {
        key: 'issuer',
        label: 'Issuer',
        where: 'Left empty: made from the address and the realm.',
        isRare: true,
      },
      audience,
    ],
  },
  google: {
    label: 'Google Workspace',
    about: 'Sign-in for the accounts of one domain',
    icon: IconBrandGoogle,
    fields: [
      {
        key: 'domain',
        label: 'Primary domain',
        where: 'Google Admin: Account › Domains. Only its accounts come in.',
        placeholder: 'contoso.com',
        isRequired: true,
      },
      clientId('Google Cloud: APIs & Services › Credentials › OAuth client ID, type Web application'),
      clientSecret('The same page: Client secrets'),
      clientSecretEnd,
      audience,
    ],
  },
  oidc: {
    label: 'OpenID Connect',
    about: 'Sign-in with anything that has a discovery document',
    icon: IconFingerprint,
    fields: [
      issuer('As its discovery document names it.', 'https://login.contoso.com'),
      clientId('Of the application that you registered there.'),
      clientSecret('Of the same application; empty for a public client.'),
      clientSecretEnd,
      endpoint('authorizationEndpoint', 'Authorization endpoint'),
      endpoint('tokenEndpoint', 'Token endpoint'),
      endpoint('jwksUri', 'Address of the signing keys'),
      endpoint('userinfoEndpoint', 'Userinfo endpoint'),
      audience,
    ],
  },
};

export function isKind(text: string | undefined): text is Kind {
  return text !== undefined && Object.hasOwn(kinds, text);
}
