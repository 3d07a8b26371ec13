// What a role permits, in two panels: resources on the left, what can be done with the chosen one on the right. The draft is the whole
// list; saving it says what that takes from people where the guard asks.

import {
  Badge,
  Button,
  Checkbox,
  Code,
  Group,
  NavLink,
  Paper,
  SimpleGrid,
  Stack,
  Text,
  Title,
} from '@mantine/core';
import { Fragment, useState } from 'react';
import type { PermissionJson, WholeRoleJson } from '../../src/edge/admin/contract.ts';
import { useAddress } from '../address.ts';
import { type ApiProblem, send } from '../api.ts';
import { type ListPage, useChange, useGet } from '../queries.ts';
import { useSession } from '../session.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { counted } from '../ui/counted.ts';
import { type Edited, Meanwhile, useEdited } from '../ui/edited.tsx';
import { SearchBox } from '../ui/search-box.tsx';
import { Empty, Failed, Shown } from '../ui/states.tsx';

/** Of the catalogue, at once; applications may declare more, which a search finds. */
const SHOWN = 500;

/** By its name each, so that what two people change of one role are not one word against the other. */
type Permitted = Readonly<Record<string, boolean>>;

function permittedOf(permissions: readonly string[]): Permitted {
  return Object.fromEntries(permissions.map((each) => [each, true]));
}

function named(permitted: Permitted): Record<string, string> {
  return Object.fromEntries(Object.keys(permitted).map((each) => [each, 'permitted']));
}

export function PermissionEditor({ role }: { role: WholeRoleJson }) {
  const [{ search }] = useAddress();
  const catalogue = useGet<ListPage<PermissionJson>>('/permissions', { query: { limit: SHOWN, search } });
  const edited = useEdited(permittedOf(role.permissions), role.revision);
  const held = new Set(Object.keys(edited.value).filter((each) => edited.value[each]));
  const setHeld = (next: ReadonlySet<string>) => edited.write(permittedOf([...next]));
  const canEdit = useSession().may('roles:edit');
  return (
    <Stack gap="sm" component="section" aria-labelledby="permits">
      <Group justify="space-between">
        <Title order={2} size="h4" id="permits">
          What it permits
        </Title>
        <SearchBox label="Search permissions" />
      </Group>
      <Shown of={catalogue}>
        {({ items, total }) =>
          items.length === 0 ? (
            <Empty title="No permission is called so" />
          ) : (
            <>
              <Panels
                catalogue={search || total > items.length ? items : [...items, ...undeclared(role, items)]}
                held={held}
                onChange={canEdit ? setHeld : null}
              />
              {total > items.length && (
                <Text size="sm" c="dimmed">
                  The first {SHOWN} of {total.toLocaleString('en')} are shown; a search finds the others.
                </Text>
              )}
            </>
          )
        }
      </Shown>
      {canEdit && <Saving role={role} held={held} edited={edited} />}
    </Stack>
  );
}

/** What the role holds and nothing declares any more: it can be taken out. */
function undeclared(role: WholeRoleJson, catalogue: readonly PermissionJson[]): PermissionJson[] {
  const known = new Set(catalogue.map(({ permission }) => permission));
  return role.permissions
    .filter((permission) => !known.has(permission))
    .map((permission) => {
      const at = permission.lastIndexOf(':');
      const [resource, operation] = [permission.slice(0, at), permission.slice(at + 1)];
      return { permission, resource, operation, description: '', from: 'nowhere' };
    });
}

const origins: Readonly<Record<PermissionJson['from'], string | null>> = {
  product: null,
  configuration: 'of an application',
  people: 'of an application',
  nowhere: 'declared nowhere',
};

interface PanelsProps {
  catalogue: readonly PermissionJson[];
  held: ReadonlySet<string>;
  /** null for whoever may only look. */
  onChange: ((held: ReadonlySet<string>) => void) | null;
}

function Panels({ catalogue, held, onChange }: PanelsProps) {
  const of = (resource: string) => catalogue.filter((each) => each.resource === resource);
  const ofApps = new Set(catalogue.filter(({ from }) => from !== 'product').map(({ resource }) => resource));
  const isOfApp = (resource: string) => ofApps.has(resource);
  const resources = [...new Set(catalogue.map(({ resource }) => resource))].sort(
    (a, b) => Number(isOfApp(a)) - Number(isOfApp(b)),
  );
  const [wanted, setWanted] = useState<string | null>(null);
  const chosen = wanted !== null && resources.includes(wanted) ? wanted : (resources[0] ?? '');
  const heldOf = (resource: string) => of(resource).filter(({ permission }) => held.has(permission)).length;
  const set = (permissions: readonly string[], isHeld: boolean) => {
    const next = new Set(held);
    for (const each of permissions) isHeld ? next.add(each) : next.delete(each);
    onChange?.(next);
  };
  const operations = of(chosen);
  const all = operations.every(({ permission }) => held.has(permission));
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
      <Paper withBorder p="xs" component="nav" aria-label="Resources" mah={520} style={{ overflow: 'auto' }}>
        {resources.map((resource, at) => (
          <Fragment key={resource}>
            {isOfApp(resource) && (at === 0 || !isOfApp(resources[at - 1]!)) && (
              <Text size="xs" c="dimmed" fw={600} px="xs" pt="sm" pb={4}>
                Applications
              </Text>
            )}
            <NavLink
              component="button"
              type="button"
              label={resource}
              active={resource === chosen}
              aria-current={resource === chosen}
              onClick={() => setWanted(resource)}
              rightSection={
                <Text size="sm" c="dimmed" className="number">
                  {heldOf(resource)} of {of(resource).length}
                </Text>
              }
            />
          </Fragment>
        ))}
      </Paper>
      <Paper withBorder p="md" component="section" aria-label={`Permissions on ${chosen}`}>
        <Stack gap="sm">
          <Group justify="space-between">
            <Title order={3} size="h5">
              {chosen}
            </Title>
            {onChange && (
              <Button
                variant="subtle"
                size="compact-sm"
                onClick={() =>
                  set(
                    operations.map(({ permission }) => permission),
                    !all,
                  )
                }
              >
                {all ? 'None of these' : 'All of these'}
              </Button>
            )}
          </Group>
          {operations.map(({ permission, operation, description, from }) => (
            <Checkbox
              key={permission}
              checked={held.has(permission)}
              disabled={onChange === null}
              onChange={({ currentTarget: { checked } }) => set([permission], checked)}
              label={
                <Group gap={6}>
                  <span>{operation}</span>
                  {origins[from] && (
                    <Badge size="xs" variant="default" tt="none">
                      {origins[from]}
                    </Badge>
                  )}
                </Group>
              }
              description={description || <Code>{permission}</Code>}
            />
          ))}
        </Stack>
      </Paper>
    </SimpleGrid>
  );
}

interface SavingProps {
  role: WholeRoleJson;
  held: ReadonlySet<string>;
  edited: Edited<Permitted>;
}

function Saving({ role, held, edited }: SavingProps) {
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const added = [...held].filter((each) => !role.permissions.includes(each));
  const taken = role.permissions.filter((each) => !held.has(each));
  const changes = added.length + taken.length;
  const save = useChange<number | undefined>({
    run: (confirm) =>
      send(`/roles/${role.id}/permissions`, {
        method: 'PUT',
        query: { confirm },
        body: { permissions: [...held] },
        ifMatch: `"${edited.revision}"`,
      }),
    isQuiet: true,
    done: `${role.name} is saved. It counts from the next request on.`,
    onDone: () => setProblem(null),
  });
  const submit = (confirm?: number) => save.mutate(confirm, { onError: setProblem });
  if (changes === 0) return null;
  const people = problem?.status === 409 ? (problem.refusal as { confirm?: number }).confirm : undefined;
  return (
    <>
      <Meanwhile of={edited} words={named} told={{ type: 'role.updated', subject: role.id }} />
      {problem && problem.status !== 412 && people === undefined && <Failed problem={problem} />}
      <Paper withBorder p="sm" role="status">
        <Group justify="space-between">
          <Text size="sm">
            {added.length > 0 && <span className="gain">{added.length} more</span>}
            {added.length > 0 && taken.length > 0 && ', '}
            {taken.length > 0 && <span className="loss">{taken.length} fewer</span>} permitted, not saved
          </Text>
          <Group gap="xs">
            <Button variant="default" onClick={edited.loadAnew}>
              Discard
            </Button>
            <Button onClick={() => submit()} loading={save.isPending} disabled={edited.before !== null}>
              Save
            </Button>
          </Group>
        </Group>
      </Paper>
      <Confirm
        opened={people !== undefined}
        title="People lose something by it"
        action={`Save it for ${counted(people ?? 0, 'person', 'people')}`}
        isDangerous
        typed={String(people ?? '')}
        isBusy={save.isPending}
        onConfirm={() => submit(people)}
        onClose={() => setProblem(null)}
      >
        {problem?.message}
      </Confirm>
    </>
  );
}
