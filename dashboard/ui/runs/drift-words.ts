// One difference in a sentence, and what is here and there.

import type { DriftJson } from '../../../src/edge/admin/contract.ts';

type Said = Pick<DriftJson, 'category' | 'about' | 'detail' | 'user'>;

const URN_END = /^urn:.*:/;

export function differenceText({ category, about, detail }: Said): string {
  const isGroup = about === 'group';
  switch (category) {
    case 'missing-here':
      return isGroup ? 'A group of the directory that is not here' : 'In the directory, not here';
    case 'missing-there':
      return isGroup ? 'A group here that the directory does not have' : 'Here, not in the directory';
    case 'disabled-there':
      return 'Disabled in the directory, active here';
    case 'enabled-there':
      return 'Enabled in the directory, suspended here';
    case 'unassigned':
      return 'Not assigned to the application any more';
    case 'member-differs':
      return memberText(detail);
    case 'name-differs':
      return isGroup ? 'The group has another name' : 'Signs in with another name';
    case 'attribute-differs':
      return about === 'facts' ? `Differs: ${factNames(detail)}` : `${attributeName(about)} differs`;
  }
}

/** What stands here and what the directory says; null where the sentence says all. */
export function sidesOf({ category, about, detail }: Said): { here: string; there: string } | null {
  const { here, there } = detail;
  if (category !== 'attribute-differs' && category !== 'name-differs') return null;
  if (about !== 'facts') return { here: valueText(here), there: valueText(there) };
  return { here: valuesText(here), there: valuesText(there) };
}

function memberText({ group, there }: DriftJson['detail']): string {
  const name = typeof group === 'string' ? group : 'the group';
  return there === true ? `In ${name} there, not here` : `In ${name} here, not there`;
}

function attributeName(about: string): string {
  return about.replace(URN_END, '');
}

function factNames({ here, there }: DriftJson['detail']): string {
  const names = new Set([...Object.keys(Object(here)), ...Object.keys(Object(there))]);
  return [...names].sort().join(', ') || 'what the directory says of them';
}

function valuesText(of: unknown): string {
  return Object.values(Object(of)).map(valueText).join(', ') || 'nothing';
}

function valueText(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'nothing';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What somebody can do to a difference at once. SCIM alone changes groups, and what SCIM said of people. */
export function isHealable({ user, category, about, state }: DriftJson): boolean {
  if (user === null || ['healed', 'held', 'due', 'unconfirmed'].includes(state)) return false;
  if (category === 'name-differs') return false;
  return category !== 'attribute-differs' || about === 'facts';
}

/** Healed is healed, and a held batch is decided on as a whole. */
export function isIgnorable({ state }: DriftJson): boolean {
  return state !== 'healed' && state !== 'held' && state !== 'ignored';
}
