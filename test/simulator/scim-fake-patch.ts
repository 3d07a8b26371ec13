// PATCH as the fake understands it: every path form that Entra sends, applied to a plain JSON document.

export type Document = Record<string, unknown>;

interface Operation {
  op: string;
  path?: string;
  value?: unknown;
}

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const FILTERED = /^(\w+)\[(\w+) eq "([^"]*)"\](?:\.(\w+))?$/;

export function applyPatch(before: Document, body: Document): Document {
  const after = structuredClone(before);
  for (const operation of body.Operations as Operation[]) {
    const verb = operation.op.toLowerCase();
    if (operation.path === undefined) {
      for (const [path, value] of Object.entries(operation.value as Document))
        write(after, verb, path, value);
    } else {
      write(after, verb, operation.path, operation.value);
    }
  }
  return after;
}

function write(document: Document, verb: string, path: string, value: unknown): void {
  const filtered = FILTERED.exec(path);
  if (path === 'members' || path.startsWith('members[')) {
    const given = filtered ? [{ value: filtered[3]! }] : (value as { value: string }[] | undefined);
    writeMembers(document, verb, given);
  } else if (path.startsWith(`${ENTERPRISE}:`) || path === 'manager' || path.startsWith('manager[')) {
    writeEnterprise(document, verb, path.replace(`${ENTERPRISE}:`, ''), value);
  } else if (filtered) {
    writeFiltered(document, verb, filtered, value);
  } else {
    writePlain(document, verb, path, value);
  }
}

function writePlain(document: Document, verb: string, path: string, value: unknown): void {
  const [name, sub] = path.split('.') as [string, string | undefined];
  if (sub !== undefined) {
    document[name] = { ...(document[name] as Document), [sub]: value };
  } else if (verb === 'remove' || value === '' || value === null) {
    delete document[name];
  } else if (verb === 'add' && Array.isArray(value)) {
    document[name] = [...((document[name] as unknown[]) ?? []), ...value.map(unpacked)];
  } else {
    document[name] = name === 'active' ? String(value).toLowerCase() === 'true' : value;
  }
}

/** Entra's old form of complex roles: the whole role as JSON within a text. */
function unpacked(role: { value: string }): Document {
  return role.value.startsWith('{') ? (JSON.parse(role.value) as Document) : role;
}

function writeMembers(document: Document, verb: string, value: { value: string }[] | undefined): void {
  const held = (document.members ?? []) as { value: string }[];
  const given = (value ?? []).map((member) => ({ value: member.value }));
  const kept = held.filter((member) => !given.some((one) => one.value === member.value));
  if (verb === 'add') document.members = [...kept, ...given];
  else if (verb === 'replace') document.members = given;
  else document.members = value === undefined ? [] : kept;
}

function writeEnterprise(document: Document, verb: string, name: string, value: unknown): void {
  const enterprise = { ...(document[ENTERPRISE] as Document) };
  const plain = name.split('[')[0]!;
  const given = Array.isArray(value) ? value[0] : value;
  if (verb === 'remove' || given === '' || given === null) delete enterprise[plain];
  else enterprise[plain] = plain === 'manager' && typeof given === 'string' ? { value: given } : given;
  document[ENTERPRISE] = enterprise;
}

function writeFiltered(document: Document, verb: string, filtered: RegExpExecArray, value: unknown): void {
  const [, attribute, name, literal, sub] = filtered as unknown as [
    string,
    string,
    string,
    string,
    string | undefined,
  ];
  const list = (document[attribute] ?? []) as Document[];
  const isSame = (one: Document): boolean => String(one[name]).toLowerCase() === literal.toLowerCase();
  if (verb === 'remove' && sub === undefined) {
    document[attribute] = list.filter((one) => !isSame(one));
    return;
  }
  const found = list.find(isSame);
  const element: Document = found ?? { [name]: name === 'primary' ? literal === 'True' : literal };
  if (!found) document[attribute] = [...list, element];
  if (verb === 'remove' || value === '' || value === null) delete element[sub!];
  else element[sub!] = value;
}
