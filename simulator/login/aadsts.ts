// Every error the simulated sign-in can give, as data: Entra's number, where it is seen, and the OAuth error beside it.
// Microsoft publishes no pairing of its numbers with OAuth errors, so a client must not depend on the one chosen here,
// nor on the words.

export type OAuthError =
  | 'access_denied'
  | 'interaction_required'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_request'
  | 'invalid_resource'
  | 'invalid_scope'
  | 'login_required'
  | 'server_error'
  | 'temporarily_unavailable'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type';

export interface ErrorRow {
  readonly code: number;
  /** `{name}` is filled with the facts of the case. */
  readonly text: string;
  /** An error page, because where to send the browser cannot be trusted yet. */
  readonly page?: true;
  /** The `error` that travels back to the redirect URI. */
  readonly redirect?: OAuthError;
  /** The answer of the token endpoint. */
  readonly token?: { readonly status: number; readonly error: OAuthError; readonly suberror?: string };
}

const refused = { status: 400, error: 'invalid_grant' } as const;
const malformed = { status: 400, error: 'invalid_request' } as const;
const badClient = { status: 401, error: 'invalid_client' } as const;

export const AADSTS = {
  // Asked wrongly.
  redirectUriUnknown: {
    code: 50011,
    text: "The redirect URI '{redirectUri}' is not one of those registered for the application '{clientId}'.",
    page: true,
  },
  tenantUnknown: {
    code: 90002,
    text: "Tenant '{tenant}' not found. Check the tenant ID and the cloud.",
    page: true,
    token: malformed,
  },
  appUnknown: {
    code: 700016,
    text: "Application with identifier '{clientId}' was not found in the directory '{tenant}'.",
    page: true,
    token: { status: 400, error: 'unauthorized_client' },
  },
  singleTenantApp: {
    code: 50194,
    text: "Application '{clientId}' is not multi-tenant; use a tenant-specific endpoint instead of /common.",
    page: true,
    token: malformed,
  },
  parameterMissing: {
    code: 900144,
    text: "The request must contain the parameter '{name}'.",
    page: true,
    redirect: 'invalid_request',
    token: malformed,
  },
  responseTypeDisabled: {
    code: 700054,
    text: "response_type '{responseType}' is not enabled for the application.",
    redirect: 'unsupported_response_type',
  },
  responseModeUnknown: {
    code: 70007,
    text: "'{responseMode}' is not a supported value of 'response_mode'.",
    redirect: 'invalid_request',
  },
  promptUnknown: { code: 90023, text: "Unsupported 'prompt' value '{prompt}'.", redirect: 'invalid_request' },
  challengeMalformed: {
    code: 501491,
    text: 'The code_challenge or its method is not valid.',
    redirect: 'invalid_request',
  },
  scopeInvalid: {
    code: 70011,
    text: "The scope '{scope}' is not valid.",
    redirect: 'invalid_scope',
    token: { status: 400, error: 'invalid_scope' },
  },
  // The person may not, or not like this.
  noSession: {
    code: 50058,
    text: 'A silent sign-in was asked for, but no user is signed in.',
    redirect: 'login_required',
  },
  accountOfAnotherTenant: {
    code: 50020,
    text: "User account '{user}' does not exist in tenant '{tenant}' and cannot access the application '{clientId}' there.",
    redirect: 'access_denied',
  },
  accountMissing: {
    code: 50034,
    text: "The user account '{user}' does not exist in the directory.",
    redirect: 'access_denied',
    token: refused,
  },
  accountDisabled: {
    code: 50057,
    text: 'The user account is disabled.',
    redirect: 'access_denied',
    token: refused,
  },
  notAssigned: {
    code: 50105,
    text: "The user '{user}' is not assigned to a role for the application '{clientId}', neither directly nor through a group.",
    redirect: 'access_denied',
    token: refused,
  },
  consentMissing: {
    code: 65001,
    text: "Nobody has consented to use the application '{clientId}'. Send an interactive request.",
    redirect: 'interaction_required',
    token: { ...refused, suberror: 'consent_required' },
  },
  adminConsentMissing: {
    code: 90094,
    text: 'The permissions asked for need the consent of an administrator.',
    redirect: 'access_denied',
    token: { ...refused, suberror: 'consent_required' },
  },
  userDeclined: { code: 65004, text: 'The user declined to consent.', redirect: 'access_denied' },
  conditionalAccess: {
    code: 53003,
    text: 'Access has been blocked by Conditional Access policies.',
    redirect: 'access_denied',
    token: { status: 400, error: 'interaction_required', suberror: 'message_only' },
  },
  mfaRequired: {
    code: 50076,
    text: 'Multi-factor authentication is required to access the application.',
    redirect: 'interaction_required',
    token: { status: 400, error: 'interaction_required', suberror: 'basic_action' },
  },
  appDisabled: {
    code: 7000112,
    text: "Application '{clientId}' is disabled.",
    redirect: 'unauthorized_client',
    token: { status: 400, error: 'unauthorized_client' },
  },
  // Codes and refresh tokens.
  codeRedeemed: { code: 54005, text: 'The authorization code was already redeemed.', token: refused },
  grantExpired: {
    code: 70008,
    text: 'The authorization code or refresh token has expired.',
    token: refused,
  },
  grantUnknown: {
    code: 70000,
    text: 'The provided authorization code or refresh token is not valid.',
    token: refused,
  },
  grantOfAnotherTenant: {
    code: 700005,
    text: 'The code or refresh token was issued for another tenant or application.',
    token: refused,
  },
  verifierMismatch: {
    code: 501481,
    text: 'The Code_Verifier does not match the code_challenge of the authorization request.',
    token: refused,
  },
  redirectUriChanged: {
    code: 500112,
    text: "The reply address '{redirectUri}' is not the one the authorization code was requested with.",
    token: refused,
  },
  refreshTokenInactive: {
    code: 700082,
    text: 'The refresh token has expired due to inactivity.',
    token: { ...refused, suberror: 'bad_token' },
  },
  grantRevoked: {
    code: 50173,
    text: 'The grant was revoked, and a fresh sign-in is needed.',
    token: { ...refused, suberror: 'bad_token' },
  },
  signInTooOld: {
    code: 70043,
    text: 'The refresh token is not valid: Conditional Access asks for a sign-in more often.',
    token: { ...refused, suberror: 'bad_token' },
  },
  // The application's own credentials.
  secretMissing: {
    code: 7000218,
    text: "The request body must contain 'client_assertion' or 'client_secret'.",
    token: badClient,
  },
  secretWrong: {
    code: 7000215,
    text: 'Invalid client secret provided. Send the secret value, not the secret ID.',
    token: badClient,
  },
  secretExpired: { code: 7000222, text: 'The client secret has expired.', token: badClient },
  sharedEndpointForApp: {
    code: 9001023,
    text: 'Client credentials are not supported on /{tenant}; use a tenant-specific endpoint.',
    token: malformed,
  },
  grantTypeUnknown: {
    code: 70003,
    text: "The grant type '{grantType}' is not supported.",
    token: { status: 400, error: 'unsupported_grant_type' },
  },
  defaultScopeMissing: {
    code: 1002012,
    text: "The scope '{scope}' is not valid for client credentials; it must be a resource followed by /.default.",
    token: { status: 400, error: 'invalid_scope' },
  },
  resourceUnknown: {
    code: 500011,
    text: "The resource '{resource}' was not found in the tenant.",
    token: { status: 400, error: 'invalid_resource' },
  },
  // Entra itself. These come on command only.
  loopDetected: {
    code: 50196,
    text: 'The server stopped the operation because it saw a client request loop.',
    redirect: 'server_error',
    token: refused,
  },
  throttled: {
    code: 90055,
    text: 'Too many requests.',
    redirect: 'temporarily_unavailable',
    token: { status: 429, error: 'temporarily_unavailable' },
  },
  transient: {
    code: 90033,
    text: 'A transient error has occurred. Please try again.',
    redirect: 'temporarily_unavailable',
    token: { status: 503, error: 'temporarily_unavailable' },
  },
} as const satisfies Record<string, ErrorRow>;

export type ErrorName = keyof typeof AADSTS;

export function errorRow(name: ErrorName): ErrorRow {
  return AADSTS[name];
}

/** What a step of sign-in throws; the endpoint turns it into a page, a redirect or a body. */
export class EntraError extends Error {
  readonly errorName: ErrorName;
  readonly facts: Readonly<Record<string, string>>;

  constructor(errorName: ErrorName, facts: Readonly<Record<string, string>> = {}) {
    super(errorName);
    this.errorName = errorName;
    this.facts = facts;
  }
}
