// Giving out an ID token: claims, key, and whatever was ordered to be wrong with it.

import { type IdTokenOrder, idTokenClaims } from './id-token.ts';
import type { LoginState } from './login-state.ts';
import { draftOf, signDraft, signingKeyOf, type TokenDraft } from './token-draft.ts';
import { type Surroundings, WRONG_TOKENS } from './wrong-tokens.ts';

export async function issueIdToken(state: LoginState, order: IdTokenOrder): Promise<string> {
  return signDraft(await spoiled(state, order, await rightDraft(state, order)));
}

/** As the registration says: signed, unsigned, or none at all. */
export async function issueRefreshedIdToken(state: LoginState, order: IdTokenOrder): Promise<string | null> {
  if (order.app.refreshedIdTokens === 'absent') return null;
  const draft = await rightDraft(state, order);
  if (order.app.refreshedIdTokens === 'signed') return signDraft(await spoiled(state, order, draft));
  return signDraft({ ...draft, header: { typ: 'JWT', alg: 'none' }, signer: { by: 'nobody' } });
}

async function rightDraft(state: LoginState, order: IdTokenOrder): Promise<TokenDraft> {
  const key = await signingKeyOf(state, order.app.clientId);
  return draftOf(key, idTokenClaims(state, order), order.version);
}

async function spoiled(state: LoginState, order: IdTokenOrder, draft: TokenDraft): Promise<TokenDraft> {
  const name = state.next.wrongToken;
  if (name === null) return draft;
  state.next.wrongToken = null;
  return WRONG_TOKENS[name].spoil(draft, await surroundings(state, order));
}

async function surroundings(state: LoginState, { account, app }: IdTokenOrder): Promise<Surroundings> {
  const { tenant, user } = account;
  const other = [...state.tenants.values()].find((one) => one.tenantId !== tenant.tenantId) ?? tenant;
  return {
    clientSecret: app.secrets[0]?.value ?? '',
    signingKey: await signingKeyOf(state, app.clientId),
    forgerKey: await state.keys.ofForger(),
    issuerUrl: state.issuerUrl,
    attacker: {
      tenantId: other.tenantId,
      userId: other.users.keys().next().value ?? state.random.guid(),
    },
    victimEmail: user.mail ?? user.userPrincipalName,
    unknownKid: state.random.guid(),
  };
}
