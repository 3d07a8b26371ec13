// Members as a request names them. They never sit in a document: they travel as a list of references, and the ledger
// keeps them as rows.

import { Refusal } from '../refusal.ts';
import { type Habit, isUnassigning, memberFromText } from './dialects.ts';
import { isObject, ownAnyCase, shorten } from './json.ts';
import { KEY_CHARACTERS, MEMBER_ELEMENTS } from './limits.ts';
import { isCleanText } from './value.ts';

/** A member as a request names it. */
export interface MemberRef {
  readonly value: string;
  /** Only where the request says so. */
  readonly type?: 'User' | 'Group';
  /** What the request would have shown for it. */
  readonly display?: string;
}

/** A list, one object or one bare text (Q26). Repeats count once; of repeats the last spelling stays. */
export function readMembers(raw: unknown, habits: Habit[]): MemberRef[] {
  if (isUnassigning(raw)) return [];
  const list = Array.isArray(raw) ? raw : [raw];
  if (list.length > MEMBER_ELEMENTS) refuse(-1, `at most ${MEMBER_ELEMENTS} elements`, raw);
  const members = new Map<string, MemberRef>();
  for (let i = 0; i < list.length; i++) {
    if (isUnassigning(list[i])) continue;
    const member = readMember(list[i], i, habits);
    members.set(member.value, member);
  }
  return [...members.values()];
}

function readMember(raw: unknown, index: number, habits: Habit[]): MemberRef {
  const element = typeof raw === 'string' ? memberFromText(raw, habits) : raw;
  if (!isObject(element)) return refuse(index, 'an object', raw);
  const value = ownAnyCase(element, 'value');
  if (typeof value !== 'string' || value === '' || value.length > KEY_CHARACTERS || !isCleanText(value)) {
    return refuse(index, 'a value with an id', value);
  }
  const type = memberType(ownAnyCase(element, 'type'));
  const display = ownAnyCase(element, 'display') ?? ownAnyCase(element, 'displayName');
  const shown = typeof display === 'string' && display !== '' && isCleanText(display);
  return {
    value,
    ...(type ? { type } : {}),
    ...(shown ? { display: display.slice(0, KEY_CHARACTERS).toWellFormed() } : {}),
  };
}

/** Made-up types (a validator sends "untyped") say nothing; the id decides (validator-bogus-member-type). */
function memberType(raw: unknown): 'User' | 'Group' | undefined {
  const lower = typeof raw === 'string' ? raw.toLowerCase() : '';
  return lower === 'user' ? 'User' : lower === 'group' ? 'Group' : undefined;
}

function refuse(index: number, expected: string, raw: unknown): never {
  const where = index < 0 ? 'members' : `members (element ${index + 1})`;
  throw new Refusal('invalidValue', `${where}: expected ${expected}, got ${shorten(raw)}`);
}
