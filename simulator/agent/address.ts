// The addresses of Entra's look-ups, in its own spelling: form style, blanks as `+`, only `eq` and `and`.

export type Collection = 'Users' | 'Groups';

/** As .NET's form encoding writes a query value; an apostrophe is `%27`. */
function formEncoded(text: string): string {
  return encodeURIComponent(text).replaceAll('%20', '+').replaceAll("'", '%27');
}

// Quotes and backslashes inside a literal follow JSON (RFC 7644 3.4.2.2).
function literal(value: string): string {
  return JSON.stringify(value);
}

export function matchAddress(collection: Collection, attribute: string, value: string): string {
  const filter = `filter=${formEncoded(`${attribute} eq ${literal(value)}`)}`;
  return collection === 'Groups' ? `/Groups?excludedAttributes=members&${filter}` : `/Users?${filter}`;
}

export function objectAddress(collection: Collection, id: string): string {
  return `/${collection}/${encodeURIComponent(id)}`;
}

/** A group is always read without its members, unless they are what is asked for. */
export function readAddress(collection: Collection, id: string): string {
  return collection === 'Groups'
    ? `${objectAddress(collection, id)}?excludedAttributes=members`
    : objectAddress(collection, id);
}

/** "Does this one refer to that one?": asked before a reference is written. */
export function referenceAddress(
  collection: Collection,
  id: string,
  reference: 'manager' | 'members',
  to: string,
): string {
  const filter = formEncoded(`id eq ${literal(id)} and ${reference} eq ${literal(to)}`);
  return `/${collection}?filter=${filter}&attributes=id`;
}
