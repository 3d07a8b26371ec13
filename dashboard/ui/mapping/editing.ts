// What the parts of the mapping editor share: the draft and how to change it, what may be changed, what is known of it, and the
// attributes that can be chosen.

import type { MappingsJson } from '../../../src/edge/admin/contract.ts';
import type { TokenClaim } from './discovered-claims.ts';
import type { DraftRule, ListKey, MappingDraft } from './draft.ts';
import type { Examined, SeenAttribute } from './examine.ts';

export interface Editing {
  /** Id of the provider. */
  provider: string;
  stored: MappingsJson;
  draft: MappingDraft;
  change(next: MappingDraft): void;
  /** Key of the mappings. False where the configuration file owns it, or they may only look. */
  mayEdit(key: string): boolean;
  examined: Examined;
  seen: readonly SeenAttribute[];
  claims: readonly TokenClaim[];
  edit(what: Edited): void;
}

/** What a dialog is open for; `index` and `claim` are null for a new one. */
export type Edited =
  | { kind: 'rule'; list: ListKey; index: number | null; rule: DraftRule }
  | { kind: 'entry'; claim: string | null; attribute: string };

export const scimKey = 'claimScimAttributes';

/** A choice for a field: a name that a rule can go by. */
export interface Choice {
  name: string;
  /** Who has it: `98 %`, `your token`. */
  who: string;
}

/** Names as they were seen, those without URN beside the full ones, and what a token held. */
export function attributeChoices({ seen, claims, draft }: Editing): Choice[] {
  const choices = new Map<string, string>();
  for (const claim of Object.keys(draft.claimScimAttributes)) choices.set(claim, 'SCIM Attribute');
  for (const { name, alias, share } of seen) {
    if (alias !== null) choices.set(alias, percent(share));
    choices.set(name, percent(share));
  }
  for (const { name } of claims) if (!choices.has(name)) choices.set(name, 'your token');
  return [...choices].map(([name, who]) => ({ name, who }));
}

export function scimChoices({ seen }: Editing): Choice[] {
  return seen
    .filter(({ sources }) => sources.includes('scim'))
    .map(({ name, share }) => ({ name, who: percent(share) }));
}

export function percent(share: number): string {
  if (share > 0 && share < 0.01) return '< 1 %';
  return `${share > 0.99 && share < 1 ? 99 : Math.round(share * 100)} %`;
}

/** What a rule's attribute leads to among those that were seen. */
export function seenFor({ seen, draft }: Editing, attribute: string): SeenAttribute | undefined {
  const entry = draft.claimScimAttributes[attribute];
  const wanted = entry ? (entry.attributeType === 'group' ? 'groups' : entry.attributeValue) : attribute;
  return seen.find(({ name, alias }) => name === wanted || alias === wanted);
}

/** Names that were seen and differ from this one in case or URN alone. */
export function likeNames({ seen }: Editing, attribute: string): string[] {
  const bare = (name: string) => name.slice(name.lastIndexOf(':') + 1).toLowerCase();
  return seen.flatMap(({ name, alias }) => (bare(name) === bare(attribute) ? [alias ?? name] : []));
}

/** Id of the section on the page. */
export function partOf(key: ListKey | typeof scimKey): string {
  return `mapping-${key}`;
}
