// What Entra's error numbers mean for an administrator: one table, and the reader of the texts they stand in. Microsoft
// warns against deciding by number or text: decisions go by OAuth's `error`; this is for advice alone.

import type { SignInReason } from './sign-in-refusal.ts';

/** What a provider said about a failure. Every text is plain: no markup, no control characters, bounded. */
export interface Diagnosis {
  /** OAuth's `error`; `unknown` where none was given. */
  readonly error: string;
  readonly description: string;
  /** `AADSTS50011`; null of other providers. */
  readonly code: string | null;
  readonly means: string | null;
  readonly advice: string | null;
  /** What Microsoft's support asks for. */
  readonly traceId: string | null;
  readonly correlationId: string | null;
  readonly timestamp: string | null;
}

interface Row {
  readonly codes: readonly number[];
  readonly means: string;
  readonly advice: string;
  /** A more telling name of what `error` says as well. Nothing else follows from it. */
  readonly reason?: SignInReason;
}

const POLICY = 'Open the sign-in in the sign-in log of Entra; its Conditional Access tab names the policy.';
const SIGN_IN_AGAIN = 'Nothing to do: the person signs in again.';

const rows: readonly Row[] = [
  {
    codes: [50011],
    means: 'The redirect URI is not registered.',
    advice:
      'Copy our callback address exactly (scheme, host, path, slash) to Authentication, platform Web, of the app registration.',
  },
  {
    codes: [700016, 700011, 70001],
    means: 'The tenant has no such application.',
    advice: 'Check client id, tenant and cloud, and consent to the application in this tenant.',
  },
  {
    codes: [90002, 90038, 900382, 900432],
    means: 'The tenant is unknown here, or belongs to another cloud.',
    advice: 'Check the tenant id, and choose the cloud that the tenant is in.',
  },
  {
    codes: [50194, 9001023],
    means: 'The application is for one tenant, and a shared address was used.',
    advice: 'Enter the id of the tenant, and allow this tenant alone; or make the application multi-tenant.',
  },
  {
    codes: [7000215],
    means: 'The client secret is wrong.',
    advice: 'Paste the value of the secret, not its id, without spaces around it.',
  },
  {
    codes: [7000222],
    means: 'The client secret has expired.',
    advice: 'Make a new one under Certificates & secrets, and enter it here.',
  },
  {
    codes: [7000218],
    means: 'Entra expected a client secret.',
    advice: 'Enter a client secret, and register our callback under the platform Web.',
  },
  {
    codes: [700025],
    means: 'The application is registered as a public client.',
    advice: 'Register our callback under the platform Web.',
  },
  {
    codes: [700027],
    means: "The signature of the application's own assertion is wrong.",
    advice: 'Check certificate and thumbprint.',
  },
  {
    codes: [7000112, 1000031],
    means: 'The application is disabled in the tenant.',
    advice: 'Allow users to sign in on the Properties of the enterprise application.',
  },
  {
    codes: [50105],
    means: 'The person is not assigned to the application.',
    advice: 'Assign the person, or a group that they are a direct member of: nested groups do not count.',
  },
  {
    codes: [65001, 90094, 90095],
    means: 'Consent is missing.',
    advice: 'Grant admin consent under API permissions of the app registration.',
  },
  {
    codes: [65004],
    means: 'The person declined consent.',
    advice: 'They can try again; or grant admin consent for everybody.',
  },
  {
    codes: [650056, 650057, 500011],
    means: 'The permissions of the application are incomplete, or their resource is not in this tenant.',
    advice: 'Add the Microsoft Graph permissions and consent to them; check the cloud.',
  },
  {
    codes: [70011, 28002, 700022],
    means: 'The scope is invalid.',
    advice: 'Check the cloud of the provider: each has a Graph of its own.',
  },
  {
    codes: [50020, 50034, 50014, 16000, 51004, 90072],
    means: 'The account is not in this tenant.',
    advice: 'Invite it as a guest, or have the person choose another account.',
  },
  {
    codes: [500212, 500213],
    means: 'A cross-tenant access policy forbids it.',
    advice:
      "500212: adjust the outbound policy of the person's own tenant; 500213: the inbound one of this tenant.",
  },
  { codes: [50057], means: 'The account is disabled.', advice: 'Expected for people who have left.' },
  {
    codes: [50053],
    means: 'The account is locked, or the address it comes from is held to be malicious.',
    advice: 'Look at the sign-in log of Entra.',
  },
  { codes: [50055, 50144], means: 'The password has expired.', advice: 'The person sets a new one.' },
  {
    codes: [50074, 50076, 50078, 50079, 50072],
    means: 'A second factor is needed, has expired, or is to be set up.',
    advice: 'The person signs in again and completes it.',
  },
  {
    codes: [53000, 53001, 53002, 53003, 53004, 53011, 530032, 530034, 530035, 50005, 50131],
    means: 'Conditional Access, risk, or security defaults forbid it.',
    advice: POLICY,
  },
  {
    codes: [50173, 50132, 50133],
    means: 'The sign-in was revoked, or the password changed.',
    advice: SIGN_IN_AGAIN,
  },
  {
    codes: [70008, 700082, 700084, 50089, 70000],
    means: 'The refresh token is no longer valid.',
    advice: SIGN_IN_AGAIN,
  },
  {
    codes: [70043],
    means: 'A policy says how often people must sign in.',
    advice: `${SIGN_IN_AGAIN} No session lasts longer than that policy.`,
  },
  {
    codes: [54005],
    means: 'The code was used before.',
    advice: 'Usually the callback page loaded twice; otherwise a stolen code that is of no use.',
    reason: 'code_replayed',
  },
  {
    codes: [501481, 50147, 501491],
    means: 'The code belongs to another sign-in (PKCE).',
    advice: 'Possibly an injected code. If everybody meets it, report it to us.',
    reason: 'pkce_mismatch',
  },
  {
    codes: [700005],
    means: 'The code was made for another tenant.',
    advice: 'Check the tenant of the provider.',
  },
  {
    codes: [700054],
    means: 'ID tokens without a code are not enabled.',
    advice: 'Nothing to enable: Bifrost asks for `code` alone. Something between changed the request.',
  },
  {
    codes: [50058],
    means: 'Nobody is signed in at Entra in this browser.',
    advice: 'Normal for a silent attempt.',
  },
  { codes: [50196], means: 'Entra saw a loop.', advice: 'Wait some minutes, and report it to us.' },
  {
    codes: [90055, 90024, 90033, 50033, 90006],
    means: 'Entra is busy, or had a passing fault.',
    advice: 'Try again in some minutes.',
  },
];

const byCode: ReadonlyMap<number, Row> = new Map(
  rows.flatMap((row) => row.codes.map((code) => [code, row] as const)),
);

const DESCRIPTION_CHARACTERS = 500;
const ID_CHARACTERS = 64;

/**
 * From what an error answer holds: the body of a token endpoint, or the parameters of a callback. Names that are missing
 * there are looked for in `error_description`, whose lines Entra ends with CR LF.
 */
export function readDiagnosis(said: Readonly<Record<string, unknown>>): Diagnosis {
  const full = textOf(said, 'error_description');
  const find = (pattern: RegExp) => pattern.exec(full)?.[1] ?? '';
  const given = (name: string, pattern: RegExp) =>
    plainText(textOf(said, name) || find(pattern), ID_CHARACTERS) || null;
  const number = find(/AADSTS(\d{4,9})\b/) || firstNumber(said.error_codes);
  const row = number ? byCode.get(Number(number)) : undefined;
  return {
    error: plainText(textOf(said, 'error'), ID_CHARACTERS) || 'unknown',
    description: plainText(full.replace(/\s*Trace ID: .*/s, ''), DESCRIPTION_CHARACTERS),
    code: number ? `AADSTS${number}` : null,
    means: row?.means ?? null,
    advice: row?.advice ?? null,
    traceId: given('trace_id', /Trace ID: ([0-9a-f-]{36})/i),
    correlationId: given('correlation_id', /Correlation ID: ([0-9a-f-]{36})/i),
    timestamp: given('timestamp', /Timestamp: (\d{4}-\d\d-\d\d[ T][\d:]{8}Z?)/),
  };
}

/** The more telling name for what `error` said, where Entra's number has one. */
export function tellingReason(diagnosis: Diagnosis): SignInReason | null {
  return byCode.get(Number(diagnosis.code?.slice('AADSTS'.length)))?.reason ?? null;
}

/** One line without markup, quotes or control characters: nothing in it can act on a page, in a log or in a terminal. */
export function plainText(text: string, characters: number): string {
  const flat = text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/[<>"'`&]/g, '')
    .trim();
  return flat.slice(0, characters).toWellFormed();
}

function textOf(said: Readonly<Record<string, unknown>>, name: string): string {
  const value = Object.hasOwn(said, name) ? said[name] : '';
  return typeof value === 'string' ? value.slice(0, 10_000) : '';
}

function firstNumber(codes: unknown): string {
  const [first] = Array.isArray(codes) ? codes : [];
  return typeof first === 'number' && Number.isSafeInteger(first) && first > 0 ? String(first) : '';
}
