// The way back to the application, in each of the three response modes.

import { htmlReply, type Reply, redirectReply } from '../http-message.ts';
import type { EntraError } from './aadsts.ts';
import type { ReturnTarget } from './authorize-request.ts';
import { reportError } from './error-text.ts';
import type { LoginState } from './login-state.ts';
import { escaped, layout } from './page-layout.ts';

type Answer = Readonly<Record<string, string>>;

export function sendBack(target: ReturnTarget, answer: Answer, headers: Reply['headers'] = {}): Reply {
  const values = { ...answer, ...(target.echoed === null ? {} : { state: target.echoed }) };
  if (target.responseMode === 'form_post') return formPost(target.redirectUri, values, headers);
  const location = new URL(target.redirectUri);
  if (target.responseMode === 'fragment') location.hash = new URLSearchParams(values).toString();
  else for (const [name, value] of Object.entries(values)) location.searchParams.set(name, value);
  return redirectReply(location.href, headers);
}

export function sendErrorBack(
  state: LoginState,
  target: ReturnTarget,
  error: EntraError,
  correlationId?: string,
): Reply {
  const report = reportError(state, error, correlationId);
  return sendBack(target, {
    error: report.row.redirect ?? 'server_error',
    error_description: report.description,
    error_uri: `${state.url}/error?code=${report.row.code}`,
  });
}

/** Posts itself where scripts run, and has a button where they do not. */
function formPost(action: string, values: Answer, headers: Reply['headers']): Reply {
  const fields = Object.entries(values).map(
    ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`,
  );
  const form = `<h1>Going back</h1><form method="post" action="${escaped(action)}">${fields.join('')}
<button>Continue</button></form><script>document.forms[0].submit()</script>`;
  return htmlReply(200, layout('Going back', form), headers);
}
