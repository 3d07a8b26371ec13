// SCIM paths as Entra's attribute mapping writes them: compiled once, then read from and placed into resources.

export const USER_URN = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const ENTERPRISE_URN = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const GROUP_URN = 'urn:ietf:params:scim:schemas:core:2.0:Group';

export type Json = Record<string, unknown>;

/** One target attribute of the mapping, in one of the four forms that Entra uses. */
export interface Target {
  /** As it is sent: `title`, `name.givenName`, `emails[type eq "work"].value`, `urn:…:User:department`. */
  readonly path: string;
  /** Whether the path selects an element, so that the flag dialect gives it an operation of its own. */
  readonly filtered: boolean;
  readonly urn: string | null;
  readonly attribute: string;
  readonly selector: { readonly name: string; readonly value: string | boolean } | null;
  readonly sub: string | null;
}

/** The last colon parts a schema from its attribute: the dot in `2.0` parts nothing. */
const QUALIFIED = /^(urn:[^\s"]+):([^\s:"]+)$/i;
const FILTERED = /^(\w+)\[(\w+) eq "([^"]*)"\]\.(\w+)$/;

export function target(path: string): Target {
  const plain = { path, filtered: false, urn: null, selector: null, sub: null };
  const [, urn, attribute] = QUALIFIED.exec(path) ?? [];
  if (urn !== undefined && attribute !== undefined) return { ...plain, urn, attribute };
  const filtered = FILTERED.exec(path);
  if (filtered) {
    const [, list, name, literal, sub] = filtered;
    // Entra writes the boolean of `roles[primary eq "True"]` as text.
    const value = name === 'primary' ? literal === 'True' : literal!;
    return {
      path,
      filtered: true,
      urn: null,
      attribute: list!,
      selector: { name: name!, value },
      sub: sub!,
    };
  }
  const [first, sub = null] = path.split('.');
  return { ...plain, attribute: first!, sub };
}

const SIMPLE = /^[A-Za-z][\w$-]*(\.[A-Za-z][\w$-]*)?$/;

/** Whether Entra's editor would take it as a target attribute. */
export function isTarget(path: string): boolean {
  return QUALIFIED.test(path) || FILTERED.test(path) || SIMPLE.test(path);
}

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function readAt(resource: Json, at: Target): unknown {
  const holder = at.urn === null ? resource : resource[at.urn];
  if (!isJson(holder)) return undefined;
  const value = holder[at.attribute];
  if (at.selector) {
    const { name, value: wanted } = at.selector;
    const element = Array.isArray(value)
      ? value.find((one) => isJson(one) && one[name] === wanted)
      : undefined;
    return isJson(element) ? element[at.sub!] : undefined;
  }
  if (at.sub === null) return value;
  return isJson(value) ? value[at.sub] : undefined;
}

/** Builds up the body of a POST: the second value of one element finds the element that the first one made. */
export function placeAt(body: Json, at: Target, value: unknown): void {
  const holder = at.urn === null ? body : childOf(body, at.urn);
  if (at.selector) {
    elementOf(holder, at.attribute, at.selector)[at.sub!] = value;
  } else if (at.sub === null) {
    holder[at.attribute] = value;
  } else {
    childOf(holder, at.attribute)[at.sub] = value;
  }
}

function childOf(holder: Json, name: string): Json {
  const present = holder[name];
  if (isJson(present)) return present;
  const made: Json = {};
  holder[name] = made;
  return made;
}

function elementOf(holder: Json, attribute: string, selector: NonNullable<Target['selector']>): Json {
  const present = holder[attribute];
  const list: Json[] = Array.isArray(present) ? present : [];
  if (list !== present) holder[attribute] = list;
  const found = list.find((one) => one[selector.name] === selector.value);
  if (found) return found;
  // The work address is the primary one in every POST that Entra sends; the mapping itself cannot say so.
  const made: Json = attribute === 'emails' ? { primary: true } : {};
  made[selector.name] = selector.value;
  list.push(made);
  return made;
}
