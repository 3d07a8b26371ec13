// The declarative configuration: every key with its description, default and bounds, once. `bifrost.schema.json` is
// made from this, the types are derived from it, and config.ts reads by it. Long because it is the list of the keys.

import { isIP } from 'node:net';
import { type Static, type TSchema, Type } from 'typebox';

/** Rules in one mapping list. */
const RULES = 500;
/** Characters of a secret that a person chose: 24 of base64 are 144 bits. */
const SECRET_CHARACTERS = 24;
const DAY_MS = 86_400_000;
const LONGEST_DURATION_MS = 3650 * DAY_MS;
const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: DAY_MS };

/** Milliseconds of a duration such as `15m`; NaN where the text is none. */
export function durationMs(text: string): number {
  const [, count, unit] = /^([1-9][0-9]{0,8})([smhd])$/.exec(text) ?? [];
  return count && unit ? Number(count) * UNIT_MS[unit]! : Number.NaN;
}

/** A day, or a moment in UTC: `2027-05-01`, `2027-05-01T10:00:00Z`; NaN where the text is none. */
export function momentMs(text: string): number {
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,7})?)?Z)?$/.test(text)) return Number.NaN;
  const ms = Date.parse(text);
  // A day that its month does not have becomes another.
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(text.slice(0, 10)) ? ms : Number.NaN;
}

export function isDuration(text: string): boolean {
  return durationMs(text) <= LONGEST_DURATION_MS;
}

/** An address, or a network in CIDR form, of either IP version. Host names are none: DNS would then decide. */
export function isNetwork(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128));
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DOMAIN = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/i;

function isWebAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && url.username === '' && url.search === '' && url.hash === '';
}

const capturesOnce = (value: string): boolean => value.split('${*}').length <= 2;
const isTarget = (target: string): boolean => target === '*' || !target.replaceAll('${*}', '').includes('*');

const text = (description: string, maxLength = 256) => Type.String({ minLength: 1, maxLength, description });
const flag = (description: string, byDefault: boolean) => Type.Boolean({ description, default: byDefault });
const choice = <Words extends string[]>(
  words: readonly [...Words],
  description: string,
  byDefault?: Words[number],
) => Type.Enum<Words>(words, { description, ...(byDefault && { default: byDefault }) });
const section = <P extends Record<string, TSchema>>(
  properties: P,
  options: { description: string; default?: object },
) => Type.Object(properties, { ...options, additionalProperties: false });

const duration = (description: string, byDefault: string) =>
  Type.Refine(
    Type.String({
      description,
      default: byDefault,
      pattern: '^[1-9][0-9]{0,8}[smhd]$',
      patternErrorMessage: 'is no duration: write a whole number and s, m, h or d, such as "15m" or "24h"',
    }),
    isDuration,
    () => 'is longer than 3650 days',
  );

const name = (what: string) =>
  Type.String({
    minLength: 1,
    maxLength: 100,
    pattern: '^[^\\s\\u0000-\\u001f]([^\\u0000-\\u001f]*[^\\s\\u0000-\\u001f])?$',
    patternErrorMessage: 'has control characters, or begins or ends with a space',
    description: `${what} Unique without regard to case.`,
  });

/** A bearer secret. `credential`: the reader refuses the same one in two places, because it names who is asking. */
const credential = (description: string) =>
  Type.String({
    minLength: SECRET_CHARACTERS,
    maxLength: 512,
    pattern: '^[\\x21-\\x7e]*$',
    patternErrorMessage:
      'has spaces, line breaks or characters outside ASCII, which no Authorization header can carry',
    description,
    writeOnly: true,
    credential: true,
  });

const webAddress = (description: string) =>
  Type.Refine(
    text(description, 2_048),
    isWebAddress,
    () => 'is no web address: write it as https://host/path',
  );

const tenant = (description: string) =>
  Type.Refine(
    text(description),
    (value) => GUID.test(value) || DOMAIN.test(value),
    () =>
      'is no tenant: write its id (00000000-0000-0000-0000-000000000000) or one of its domains (contoso.com)',
  );

const attribute = text('Claim or SCIM attribute, matched exactly, case included; dots lead into objects.');
const value = Type.Refine(
  text(
    'Exact text (case does not count), `*` for any value, `${*}` to capture a part; other `*` stand for any text.',
    1_024,
  ),
  capturesOnce,
  () => 'has more than one `${*}`: a pattern captures one part',
);
const target = (what: string) =>
  Type.Refine(
    text(
      `Name of the ${what}. \`*\` is the value itself, \`\${*}\` its captured part; both make the ${what}.`,
    ),
    isTarget,
    () => 'may be `*` alone, a text with `${*}`, or fixed text: `*` inside other text means nothing here',
  );
const sticky = flag('What this rule granted by a claim stays until a person withdraws it.', false);

const ruleList = <P extends Record<string, TSchema>>(to: P, description: string) =>
  Type.Optional(
    Type.Array(section({ attribute, value, ...to, sticky }, { description: 'One rule.' }), {
      description: `${description} Declared, even empty, the file owns the list; left out, the dashboard owns it.`,
      maxItems: RULES,
      uniqueBy: ['attribute', 'value', ...Object.keys(to)],
    }),
  );

/** The keys that every kind of provider has. */
export const sharedProviderKeys = {
  name: name('Name of the provider.'),
  clientId: text('Client id of the application registered at the provider.'),
  clientSecret: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 4_096,
      description: 'Secret of that application.',
      writeOnly: true,
    }),
  ),
  clientSecretExpiresAt: Type.Optional(
    Type.Refine(
      text(
        'When that secret ends, as it was said where it was made; what Microsoft Graph says counts before it.',
        30,
      ),
      (written) => Number.isFinite(momentMs(written)),
      () => 'is no day: write it as 2027-05-01, or with a time in UTC as 2027-05-01T10:00:00Z',
    ),
  ),
  audience: Type.String({
    maxLength: 1_024,
    description: 'Audience that tokens must name; empty: the client id.',
    default: '',
  }),
  enabled: flag('`false` disables the provider; its users stay.', true),
  scope: choice(
    ['assigned', 'all'],
    'Whom the provider provisions: users and groups assigned to the application, or all of the directory.',
    'assigned',
  ),
  groupsMatchedBy: choice(
    ['displayName', 'externalId'],
    'What tells groups apart. With `externalId`, two groups may have one displayName.',
    'displayName',
  ),
  memberReplaceIsAdd: flag('Read `replace` of `members` as `add`, for a client that means that.', false),
  guard: section(
    {
      percent: Type.Integer({
        minimum: 0,
        maximum: 100,
        default: 20,
        description: "Percent of the provider's active users.",
      }),
      count: Type.Integer({ minimum: 0, maximum: 10_000_000, default: 500, description: 'Users.' }),
    },
    { description: 'A removal that would take more than this is held until a person decides.', default: {} },
  ),
  claimsSyncMode: choice(
    ['both', 'scim'],
    'With SCIM on: `both` lets sign-in create and update users too, `scim` leaves that to SCIM alone.',
    'both',
  ),
  roleResolutionStrategy: choice(
    ['most-permissions', 'first-match'],
    'Which role wins when several match: the one with most permissions, or the first in the list.',
    'most-permissions',
  ),
  scim: Type.Optional(
    section(
      {
        enabled: flag('Whether the SCIM endpoint takes requests of this provider.', true),
        provisioningToken: Type.Optional(
          credential(
            `Bearer token of the SCIM endpoint, at least ${SECRET_CHARACTERS} characters. Rotating it elsewhere makes this one invalid for good: only a changed value seeds again.`,
          ),
        ),
      },
      { description: 'SCIM provisioning. Left out, the dashboard owns it.' },
    ),
  ),
  reconcile: section(
    {
      mode: Type.Optional(
        choice(
          ['heal', 'report', 'off'],
          'What a difference leads to. Left out: `report` where SCIM alone decides (`claimsSyncMode` `scim`), else `heal`.',
        ),
      ),
      every: duration('How often the whole directory is compared.', '24h'),
    },
    { description: "Comparison with the provider's directory.", default: {} },
  ),
  attributeRoleMappings: ruleList({ role: text('Name of the role.') }, 'Who gets which role.'),
  attributeTeamMappings: ruleList({ team: target('team') }, 'Who is in which teams.'),
  attributeBusinessUnitMappings: ruleList(
    { businessUnit: target('business unit') },
    'Who is in which business units.',
  ),
  claimScimAttributes: Type.Optional(
    Type.Record(
      Type.String({ minLength: 1, maxLength: 256 }),
      section(
        {
          attributeType: choice(['user', 'group'], 'An attribute of the user, or of the groups they are in.'),
          attributeValue: text('Name of the attribute; for groups `displayName`.'),
        },
        { description: 'Where SCIM holds what the claim holds.' },
      ),
      { description: 'Per claim name, where the same thing is found in SCIM.', maxProperties: RULES },
    ),
  ),
};

const provider = <const Kind extends string, P extends Record<string, TSchema>>(
  kind: Kind,
  title: string,
  own: P,
) =>
  Type.Object(
    { kind: Type.Literal(kind, { description: title }), ...own, ...sharedProviderKeys },
    { title, additionalProperties: false },
  );

const anIssuer = 'Issuer of the tokens, as the discovery document names it.';

const anEndpoint = (what: string) => `${what} Left out: as the discovery document says.`;

/** Keys of a provider's block whose address must be https and public. */
export const providerAddresses = [
  'issuer',
  'serverUrl',
  'authorizationEndpoint',
  'tokenEndpoint',
  'jwksUri',
  'userinfoEndpoint',
] as const;

/** Keys of a provider's block that lead to another provider than the one it names. */
export const developmentAddresses = ['authorityUrl', 'graphUrl'] as const;

const providers = Type.Union([
  provider('entra', 'Microsoft Entra ID', {
    tenantId: tenant('Directory (tenant) id, or one of its domains.'),
    cloud: choice(['commercial', 'gcc-high', 'dod', 'china'], 'The national cloud.', 'commercial'),
    appIdUri: Type.String({
      maxLength: 1_024,
      description: 'Application ID URI, for version 1 tokens.',
      default: '',
    }),
    allowedTenants: Type.Optional(
      Type.Array(tenant('Id of a tenant.'), {
        minItems: 1,
        maxItems: 100,
        description: 'Tenants whose users may sign in. Left out: `tenantId` alone.',
      }),
    ),
    authorityUrl: Type.Optional(
      webAddress("For trying out, with BIFROST_DEVELOPMENT=1: what stands in for Entra's sign-in host."),
    ),
    graphUrl: Type.Optional(
      webAddress('For trying out, with BIFROST_DEVELOPMENT=1: what stands in for Microsoft Graph.'),
    ),
  }),
  provider('okta', 'Okta', {
    issuer: webAddress(anIssuer),
    directoryToken: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 4_096,
        description:
          "API token (SSWS) of an administrator who may read alone; with it the org's people, groups and assignments are read.",
        writeOnly: true,
      }),
    ),
  }),
  provider('keycloak', 'Keycloak', {
    serverUrl: webAddress('Address of the server, without the realm.'),
    realm: text('Name of the realm.'),
    issuer: Type.Optional(webAddress(`${anIssuer} Left out: made from \`serverUrl\` and \`realm\`.`)),
  }),
  provider('google', 'Google Workspace', {
    domain: Type.Refine(
      text('Primary domain of the workspace.'),
      (each) => DOMAIN.test(each),
      () => 'is no domain: write it as contoso.com',
    ),
    issuer: Type.Optional(webAddress(`${anIssuer} Left out: Google's own.`)),
  }),
  provider('oidc', 'Any OpenID Connect issuer', {
    issuer: webAddress(anIssuer),
    authorizationEndpoint: Type.Optional(webAddress(anEndpoint('Where people sign in.'))),
    tokenEndpoint: Type.Optional(webAddress(anEndpoint('Where codes become tokens.'))),
    jwksUri: Type.Optional(webAddress(anEndpoint('Where the signing keys are.'))),
    userinfoEndpoint: Type.Optional(webAddress(anEndpoint('Where claims are.'))),
  }),
]);

export const configSchema = Type.Object(
  {
    $schema: Type.Optional(Type.String({ description: 'For editors: where this schema is.' })),
    apiKeys: Type.Array(
      section(
        {
          name: name('Name of the key, which events show.'),
          key: credential(`The key itself, at least ${SECRET_CHARACTERS} characters.`),
          role: choice(['Admin', 'Developer', 'Viewer'], 'The system role whose permissions it has.'),
          permissions: Type.Optional(
            Type.Array(text('Such as `access:read`.', 200), {
              minItems: 1,
              maxItems: 200,
              description:
                'Only these of the permissions of the role. `["access:read"]` with the role Developer is a key for an application.',
            }),
          ),
        },
        { description: 'A key for scripts and applications.' },
      ),
      { description: 'Keys of the admin API.', default: [], maxItems: 200, uniqueBy: ['name'] },
    ),
    trustedNetworks: Type.Optional(
      Type.Array(
        section(
          {
            cidr: Type.Refine(
              text('Address or network, such as 10.20.0.0/16.'),
              isNetwork,
              () => 'is no network: write an IP address, or one with a prefix length such as 10.20.0.0/16',
            ),
            description: Type.String({ maxLength: 256, description: 'What it is.', default: '' }),
          },
          { description: 'One network.' },
        ),
        {
          description:
            'Private networks that outbound requests may reach. Declared, even empty, the file owns the list; left out, the dashboard owns it.',
          maxItems: 200,
          uniqueBy: ['cidr'],
        },
      ),
    ),
    providers: Type.Array(providers, {
      description: 'The identity providers.',
      default: [],
      maxItems: 100,
      uniqueBy: ['name'],
    }),
    sessions: Type.Refine(
      section(
        {
          refreshAfter: duration('Claims older than this are read again on demand.', '15m'),
          cap: duration('A session ends after this in any case.', '30d'),
        },
        { description: 'Sessions of signed-in people.', default: {} },
      ),
      ({ refreshAfter, cap }) => durationMs(cap) >= durationMs(refreshAfter),
      () => 'ends a session (`cap`) before its claims are read again (`refreshAfter`)',
    ),
    retention: section(
      {
        requests: duration('How long the request log is kept.', '30d'),
        removedUsers: duration('How long the record of a removed user is kept before it is erased.', '400d'),
      },
      { description: 'How long things are kept.', default: {} },
    ),
    permissions: Type.Optional(
      Type.Array(
        section(
          {
            resource: name('What is protected.'),
            operations: Type.Array(text('Such as `View`.', 64), {
              minItems: 1,
              maxItems: 50,
              description: 'What can be done to it.',
            }),
            description: Type.String({
              maxLength: 256,
              description: 'For whoever edits roles.',
              default: '',
            }),
          },
          { description: 'One resource of an application.' },
        ),
        {
          description: 'Resources and operations that protected applications declare.',
          maxItems: 500,
          uniqueBy: ['resource'],
        },
      ),
    ),
  },
  {
    title: 'Bifrost configuration',
    description:
      'Declarative configuration of Bifrost. Any text value may be `env.NAME`: the value of that environment variable.',
    additionalProperties: false,
  },
);

/** What the file says, checked, with `env.` references and defaults put in. */
export type WrittenConfig = Static<typeof configSchema>;
export type WrittenProvider = WrittenConfig['providers'][number];
