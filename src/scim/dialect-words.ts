// Every tag of the request log in plain words: what the sender wrote, and how it was taken.

import type { Habit } from './dialects.ts';

interface TagWords {
  /** A few words. */
  title: string;
  /** What was sent, and what became of it. */
  meaning: string;
}

type Family = 'ignored' | 'unlisted-attribute' | 'replay';

/** A family's tags end in a colon and a name. */
export const dialectWords: Readonly<
  Record<Exclude<Habit, `${Family}:${string}`> | Family, TagWords & { isFamily?: true }>
> = {
  'boolean-as-text': {
    title: 'True or false as text',
    meaning:
      'A yes or no came as "True" or "False", as Entra sends `active` by default. It was taken for what it says.',
  },
  'display-name-for-display': {
    title: 'displayName for display',
    meaning: 'A part was called displayName where the schema calls it display. It was taken as display.',
  },
  'dotted-key': {
    title: 'Path as a key',
    meaning: 'A key such as name.givenName stood in an object. It was taken as the path that it spells.',
  },
  'duplicate-values': {
    title: 'The same value twice',
    meaning: 'A list held one value more than once. It was kept once.',
  },
  'element-created': {
    title: 'Element made',
    meaning:
      'A change named an element by a filter, such as the work address, that was not there. It was made.',
  },
  'flat-enterprise': {
    title: 'Enterprise attribute without its schema',
    meaning:
      'An attribute of the enterprise extension, such as department, stood beside the core ones. It was put where it belongs.',
  },
  'member-as-text': {
    title: 'Member as bare text',
    meaning: 'A member came as its id alone, not as an object with a value. It was taken as that member.',
  },
  'microsoft-group-urn': {
    title: "Microsoft's own group schema",
    meaning:
      'Entra lists an address of its own beside the schema of groups. It stands for nothing and was read past.',
  },
  'missing-patch-schema': {
    title: 'PATCH without its schema',
    meaning: 'The list of changes did not name the schema of a PATCH. It was taken as one.',
  },
  'operations-in-other-case': {
    title: 'operations in another case',
    meaning: 'The list of changes was called operations, not Operations. It was taken as it was meant.',
  },
  'remove-members-by-object': {
    title: 'Members to remove in an object',
    meaning: 'Who should leave came wrapped in an object with a key members. Those members left.',
  },
  'remove-members-by-value-list': {
    title: 'Members to remove as a list',
    meaning:
      'Who should leave came as the value of the change, not in its path. Those members left, and nobody else.',
  },
  'remove-with-value': {
    title: 'Removal with a value',
    meaning: 'A removal carried a value, which the standard does not know. Only that value was removed.',
  },
  'replace-members-as-add': {
    title: 'Replacing taken as adding',
    meaning: 'The provider is set so that replacing the members of a group adds them: nobody left.',
  },
  'role-as-json-text': {
    title: 'Role packed into text',
    meaning: "Entra's role functions put a whole role into one text. It was unpacked.",
  },
  'several-primaries': {
    title: 'Several primary values',
    meaning: 'More than one value said that it is the primary one. The last one is.',
  },
  'single-for-list': {
    title: 'One value for a list',
    meaning: 'A single value came where a list belongs. It became a list of one.',
  },
  'single-in-list': {
    title: 'A list for one value',
    meaning: 'A list of one came where a single value belongs. Its value was taken.',
  },
  'text-for-complex': {
    title: 'Text for an object',
    meaning:
      'Bare text came where an object belongs, as Entra sends the manager. It became the value of that object.',
  },
  'text-for-element': {
    title: 'Text for an element',
    meaning: 'Bare text came as an element of a list of objects. It became the value of an element.',
  },
  'unknown-schema-urn': {
    title: 'Schema that is not known',
    meaning: 'The resource named a schema that is not known here. It was read past.',
  },
  'urn-dot': {
    title: 'Schema and attribute joined by a dot',
    meaning:
      'A dot stood between the name of a schema and an attribute where a colon belongs. It was taken as a colon.',
  },
  'urn-key': {
    title: 'Schema in the key',
    meaning: 'An attribute was named with its whole schema in one key. It was put where it belongs.',
  },
  'verb-capitalised': {
    title: 'Capital verbs',
    meaning:
      'A change said Add, Replace or Remove with a capital, as Entra does. It was taken as it was meant.',
  },
  ignored: {
    title: 'Ignored',
    meaning:
      'Something that means nothing here, or that is read-only, was read past. Its name stands behind the colon.',
    isFamily: true,
  },
  replay: {
    title: 'Sent again',
    meaning: 'A person had a logged request take effect once more. Its id stands behind the colon.',
    isFamily: true,
  },
  'unlisted-attribute': {
    title: 'Attribute outside every schema',
    meaning:
      'An attribute that no schema has. It is no part of the user as SCIM shows them, but rules can use it. Its name stands behind the colon.',
    isFamily: true,
  },
};
