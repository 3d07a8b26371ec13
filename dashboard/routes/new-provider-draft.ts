// What was typed of a provider that is being added, until it is stored: it stays when the page is left and come back to, in this tab
// alone, and never with a secret in it.

import { isKind, type Kind, kinds } from './provider-kinds.ts';

export interface NewProvider {
  kind: Kind;
  name: string;
  values: Readonly<Record<string, string>>;
}

const KEY = 'bifrost-new-provider';

/** Secrets of a draft: of this page alone, gone when it is loaded anew. */
let secrets: Readonly<Record<string, string>> = {};

/** Another kind begins anew; the same one goes on with what was typed. */
export function beginDraft(kind: Kind, values: Readonly<Record<string, string>> = {}): NewProvider {
  const before = readDraft();
  const draft = before?.kind === kind ? before : { kind, name: kinds[kind].label, values: {} };
  const begun = { ...draft, values: { ...draft.values, ...values } };
  keepDraft(begun);
  return begun;
}

export function keepDraft(draft: NewProvider): void {
  const isSecret = (key: string) =>
    kinds[draft.kind].fields.some((field) => field.key === key && field.isSecret);
  const entries = Object.entries(draft.values);
  secrets = Object.fromEntries(entries.filter(([key]) => isSecret(key)));
  const values = Object.fromEntries(entries.filter(([key]) => !isSecret(key)));
  sessionStorage.setItem(KEY, JSON.stringify({ ...draft, values }));
}

export function readDraft(): NewProvider | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as NewProvider | null;
    if (!kept || !isKind(kept.kind)) return null;
    return { ...kept, values: { ...kept.values, ...secrets } };
  } catch {
    return null;
  }
}

export function forgetDraft(): void {
  secrets = {};
  sessionStorage.removeItem(KEY);
}
