// Which application is at the token endpoint, and whether it is: by secret, in the form or as HTTP Basic.

import type { SimRequest } from '../http-message.ts';
import { EntraError } from './aadsts.ts';
import type { AppRegistration } from './app-registration.ts';
import { type Authority, readApp } from './authority.ts';
import type { LoginState } from './login-state.ts';

interface Credentials {
  readonly clientId: string | null;
  readonly secret: string | null;
}

export function authenticateClient(
  state: LoginState,
  authority: Authority,
  request: SimRequest,
  form: URLSearchParams,
): AppRegistration {
  const { clientId, secret } = readCredentials(request, form);
  const app = readApp(state, authority, clientId);
  if (!secret) throw new EntraError('secretMissing');
  const known = app.secrets.find((one) => one.value === secret);
  if (!known) throw new EntraError('secretWrong');
  if (known.expiresAt <= state.clock.now()) throw new EntraError('secretExpired');
  return app;
}

function readCredentials(request: SimRequest, form: URLSearchParams): Credentials {
  const [scheme, encoded = ''] = (request.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'basic') {
    return { clientId: form.get('client_id'), secret: form.get('client_secret') };
  }
  const [name = '', ...secret] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return { clientId: formDecoded(name), secret: formDecoded(secret.join(':')) };
}

/** RFC 6749 2.3.1: both halves are form-encoded before they are joined. A stray percent sign stands for itself. */
function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
