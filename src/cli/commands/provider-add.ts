// bifrost provider add: one more identity provider.

import type { ProviderJson } from '../../edge/admin/contract.ts';
import { pathOf } from '../api.ts';
import type { Arguments, Call, Command } from '../command.ts';
import { usageFailure } from '../failure.ts';
import { CLIENT_SECRET_VARIABLE, clientSecretOption, secretEndOption } from '../secret-input.ts';

/** Which options say where a provider of that kind is. */
const neededBy: Readonly<Record<string, readonly string[]>> = {
  entra: ['tenant-id'],
  okta: ['issuer'],
  keycloak: ['server-url', 'realm'],
  google: ['domain'],
  oidc: ['issuer'],
};

/** Options and the keys that the API has for them. */
const keys = {
  'tenant-id': 'tenantId',
  'client-id': 'clientId',
  cloud: 'cloud',
  issuer: 'issuer',
  'server-url': 'serverUrl',
  realm: 'realm',
  domain: 'domain',
  'secret-expires-at': 'clientSecretExpiresAt',
} as const;

export const providerAdd: Command = {
  words: ['provider', 'add'],
  summary: 'Add a provider',
  about: `Signing in needs the client secret too: pipe it in with --client-secret-stdin, or set ${CLIENT_SECRET_VARIABLE}; as an argument it would stay in the history of the shell. Afterwards "bifrost provider verify" says whether people could sign in, and "bifrost provider enable-scim" gives what the provider needs to send users and groups. A provider that the configuration file declares needs no adding.`,
  options: {
    name: { value: '<name>', about: 'what you call it', required: true },
    kind: { value: '<kind>', about: 'what it is', oneOf: Object.keys(neededBy), required: true },
    'client-id': { value: '<id>', about: 'client id of the application registered there', required: true },
    'client-secret-stdin': clientSecretOption,
    'secret-expires-at': secretEndOption,
    'tenant-id': { value: '<id>', about: 'entra: directory (tenant) id' },
    cloud: {
      value: '<cloud>',
      about: 'entra: the national cloud (commercial)',
      oneOf: ['commercial', 'gcc-high', 'dod', 'china'],
    },
    issuer: { value: '<url>', about: 'okta, oidc: issuer of its tokens' },
    'server-url': { value: '<url>', about: 'keycloak: address without the realm' },
    realm: { value: '<realm>', about: 'keycloak: name of the realm' },
    domain: { value: '<domain>', about: 'google: primary domain' },
  },
  examples: [
    [
      'provider add --name entra --kind entra --tenant-id 6f9c0a2e-1f2b-4c3d-8e5f-a1b2c3d4e5f6 --client-id 0d4e8b1a-7c6d-4f3e-9b2a-5c1d8e7f6a90',
      'an Entra tenant; both ids stand on the overview page of the app registration',
    ],
    [
      'provider add --name staff --kind oidc --issuer https://login.example.com --client-id bifrost',
      'any OpenID Connect issuer',
    ],
    [
      'provider add --name entra --kind entra --tenant-id <id> --client-id <id> --client-secret-stdin < secret.txt',
      'with the client secret, for signing in',
    ],
  ],
  async run(call: Call) {
    const { arguments: given, api: open, env } = call;
    const block = readBlock(given);
    const secret = given.flag('client-secret-stdin')
      ? await call.secret('Client secret')
      : env[CLIENT_SECRET_VARIABLE];
    if (secret) block.clientSecret = secret;
    const provider = await (await open()).send<ProviderJson>('POST', pathOf('providers'), block);
    return {
      document: provider,
      show(output) {
        output.line('Added the provider ', { tone: 'strong', text: provider.name }, ` as ${provider.id}.`);
        output.line();
        output.line('Register these redirect URIs at the provider:');
        output.line(`  ${provider.signIn.redirectUri}`);
        output.line(`  ${provider.signIn.discoverRedirectUri}`);
        output.line();
        if (!provider.hasClientSecret) {
          output.line(`It has no client secret yet:   bifrost provider set-secret ${provider.id}`);
        }
        output.line(`Whether people can sign in:    bifrost provider verify ${provider.id}`);
        output.line(`Let it send users and groups:  bifrost provider enable-scim ${provider.id}`);
      },
    };
  },
};

function readBlock(given: Arguments): Record<string, string> {
  const kind = given.required('kind');
  const missing = neededBy[kind]!.filter((option) => given.text(option) === undefined);
  if (missing.length > 0) {
    const options = missing.map((option) => `--${option}`).join(' and ');
    throw usageFailure(
      `A provider of the kind ${kind} needs ${options}.`,
      'See: bifrost provider add --help',
    );
  }
  const block: Record<string, string> = { name: given.required('name'), kind };
  for (const [option, key] of Object.entries(keys)) {
    const value = given.text(option);
    if (value !== undefined) block[key] = value;
  }
  return block;
}
