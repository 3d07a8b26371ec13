// Why somebody was not signed in: the closed list, with a sentence for the person and advice for the administrator. The
// edge decides on the page and its status; what Entra's numbers say is in aadsts.ts.

import type { Diagnosis } from './aadsts.ts';

interface Texts {
  /** For the person, on the page. */
  readonly sentence: string;
  /** For the administrator, on the sign-in's row. */
  readonly advice: string;
}

const AGAIN = 'Please start again from the sign-in page.';
const ASK = 'Please ask your administrator.';
const FORGED =
  'The token is not what this provider should send. Check issuer, tenant and client id of the provider; if they are right, somebody may have tried to get in with a token made elsewhere.';
const CLOCK = 'Compare the clock of this server with the provider: more than 5 minutes apart is too much.';

const texts = {
  // What came back to us does not belong to the sign-in that was begun.
  state_mismatch: {
    sentence: `This sign-in was not begun in this browser. ${AGAIN}`,
    advice:
      'Often a bookmarked callback page, or a cookie that was blocked; repeatedly from elsewhere, an attempt to sign somebody in as another person.',
  },
  transaction_expired: {
    sentence: `Signing in took too long. ${AGAIN}`,
    advice: 'Nothing to do. If everybody meets this, check the clocks of the servers.',
  },
  provider_mismatch: {
    sentence: `The answer came from another provider than was asked. ${AGAIN}`,
    advice: 'Two providers must not share an issuer. Otherwise this may be a mix-up attack (RFC 9207).',
  },
  malformed_callback: {
    sentence: `The answer of the provider was incomplete. ${AGAIN}`,
    advice: 'A proxy may drop or repeat the query of the callback address.',
  },
  // What the provider answered instead.
  access_denied: {
    sentence: `The provider did not let you in. ${ASK}`,
    advice: "Look at the provider's own sign-in log, at assignments to the application and at consent.",
  },
  interaction_needed: {
    sentence: `The provider wants you to sign in there first. ${AGAIN}`,
    advice: 'Nothing to do, unless it stays: then look at the policies for this application at the provider.',
  },
  provider_error: {
    sentence: `The provider reported an error. ${ASK}`,
    advice: "Look at the provider's own sign-in log, by time and correlation id.",
  },
  code_refused: {
    sentence: `The provider did not accept the sign-in. ${AGAIN}`,
    advice: 'A code is good once and for some minutes. If it happens always, compare the redirect URI.',
  },
  code_replayed: {
    sentence: `This sign-in was completed before. ${AGAIN}`,
    advice:
      'Usually the callback page loaded twice; repeatedly from elsewhere, a stolen code that is of no use.',
  },
  pkce_mismatch: {
    sentence: `The provider did not accept the sign-in. ${AGAIN}`,
    advice: 'The code belongs to another sign-in than the one that this browser began: possibly injected.',
  },
  app_credentials: {
    sentence: `Bifrost could not identify itself to the provider. ${ASK}`,
    advice: 'Check client id and client secret of the provider, and whether the secret has expired.',
  },
  provider_unreachable: {
    sentence: 'The provider cannot be reached at the moment. Please try again in a minute.',
    advice:
      'Verify the provider; check name resolution, firewall, and trusted networks for private addresses.',
  },
  bad_settings: {
    sentence: `The provider is not set up completely. ${ASK}`,
    advice: 'Complete the settings of the provider.',
  },
  bad_metadata: {
    sentence: `The provider is not set up correctly. ${ASK}`,
    advice: 'The discovery document is not that of this provider. Check issuer or tenant, and the cloud.',
  },
  // What is wrong with the token.
  no_id_token: {
    sentence: `The provider sent no identity. ${ASK}`,
    advice: 'The application must be allowed the scope `openid` and the code flow.',
  },
  malformed_token: { sentence: `The provider sent an unreadable identity. ${ASK}`, advice: FORGED },
  alg_not_allowed: {
    sentence: `The provider signed the identity in a way that is not accepted. ${ASK}`,
    advice: 'Set the application to sign ID tokens with RS256 (elsewhere than Entra also PS256 or ES256).',
  },
  unknown_key: {
    sentence: `The identity was signed with an unknown key. ${AGAIN}`,
    advice: `Normal for some minutes after an emergency change of keys at the provider; otherwise: ${FORGED}`,
  },
  bad_signature: { sentence: `The identity has a wrong signature. ${ASK}`, advice: FORGED },
  wrong_issuer: { sentence: `The identity comes from elsewhere. ${ASK}`, advice: FORGED },
  wrong_audience: {
    sentence: `The identity is meant for another application. ${ASK}`,
    advice: 'Compare client id, audience and application ID URI of the provider with the token.',
  },
  wrong_tenant: {
    sentence: 'Your organisation may not sign in here. Please choose another account.',
    advice: 'Add the tenant to those allowed if it should, or invite the person as a guest.',
  },
  missing_nonce: { sentence: `The identity belongs to no sign-in. ${AGAIN}`, advice: FORGED },
  wrong_nonce: { sentence: `The identity belongs to another sign-in. ${AGAIN}`, advice: FORGED },
  expired: { sentence: `The identity is out of date. ${AGAIN}`, advice: CLOCK },
  not_yet_valid: { sentence: `The identity is not valid yet. ${AGAIN}`, advice: CLOCK },
  no_subject: {
    sentence: `The provider did not say who you are. ${ASK}`,
    advice:
      'The token needs `sub`; of Entra also `oid`, for which the application must be allowed `profile`.',
  },
} as const satisfies Record<string, Texts>;

export type SignInReason = keyof typeof texts;

export interface RefusalFacts {
  /** What exactly was found, for the administrator. Never a token or a secret. */
  readonly detail?: string;
  /** Instead of the reason's own. */
  readonly advice?: string;
  /** What the provider itself said, where it did. */
  readonly diagnosis?: Diagnosis | null;
  /** How long the provider wants to be left alone, in milliseconds. */
  readonly retryAfterMs?: number | null;
}

/** The message is the sentence for the person; everything else is for the administrator. */
export class SignInRefusal extends Error {
  readonly reason: SignInReason;
  readonly advice: string;
  readonly detail: string | null;
  readonly diagnosis: Diagnosis | null;
  readonly retryAfterMs: number | null;

  constructor(reason: SignInReason, facts: RefusalFacts = {}) {
    super(texts[reason].sentence);
    this.name = 'SignInRefusal';
    this.reason = reason;
    this.advice = facts.advice ?? facts.diagnosis?.advice ?? texts[reason].advice;
    this.detail = facts.detail ?? null;
    this.diagnosis = facts.diagnosis ?? null;
    this.retryAfterMs = facts.retryAfterMs ?? null;
  }
}
