// One event whole: who, to whom, from what, and what was before and is after.

import { Anchor, Code, Drawer, Group, Stack, Table, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { EventJson } from '../../src/edge/admin/contract.ts';
import { type ListPage, useGet } from '../queries.ts';
import { type Session, useSession } from '../session.tsx';
import { BeforeAfter } from '../ui/before-after.tsx';
import { Facts } from '../ui/facts.tsx';
import { Empty, Shown } from '../ui/states.tsx';
import { exactTime } from '../ui/when.tsx';

export function WholeEvent({ place, onClose }: { place: string | undefined; onClose: () => void }) {
  return (
    <Drawer
      opened={place !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={`Event ${place ?? ''}`}
    >
      {place !== undefined && <EventAt key={place} place={place} />}
    </Drawer>
  );
}

function EventAt({ place }: { place: string }) {
  const at = /^[1-9]\d{0,14}$/.test(place) ? Number(place) : null;
  const found = useGet<ListPage<EventJson>>('/audit', {
    query: { place: at ?? undefined, limit: 1 },
    enabled: at !== null,
  });
  if (at === null) return <NoSuchEvent />;
  return (
    <Shown of={found}>
      {({ items: [event] }) => (event?.position === at ? <Whole event={event} /> : <NoSuchEvent />)}
    </Shown>
  );
}

function NoSuchEvent() {
  return <Empty title="There is no such event">No event has this number so far.</Empty>;
}

function Whole({ event }: { event: EventJson }) {
  const { may } = useSession();
  return (
    <Stack gap="md">
      <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
        {event.words}
      </Text>
      <Facts of={factsOf(event, may)} />
      <Differences event={event} />
    </Stack>
  );
}

function factsOf(event: EventJson, may: Session['may']): [string, ReactNode][] {
  const { at, type, actor, subject, object, cause, names, hash } = event;
  const facts: [string, ReactNode][] = [
    ['When', exactTime(at)],
    ['Event', <Code key="type">{type}</Code>],
    ['Who', <End key="who" name={names.actor} of="actor" id={actor.id} what="everything they did" />],
    [
      'About',
      <End
        key="about"
        name={names.subject ?? subject.id}
        of="subject"
        id={subject.id}
        what="everything about it"
      />,
    ],
  ];
  if (subject.kind === 'user' && may('users:read')) {
    facts.push(['What they had', <BeforeAfter key="had" event={event} />]);
  }
  if (object) {
    facts.push([
      'With',
      <End
        key="with"
        name={names.object ?? object.id}
        of="object"
        id={object.id}
        what="everything with it"
      />,
    ]);
  }
  facts.push(['From', cause ? <Cause key="from" cause={cause} /> : 'nothing else']);
  facts.push(['Hash', <Code key="hash">{hash}</Code>]);
  return facts;
}

function End({ name, of, id, what }: { name: string; of: string; id: string; what: string }) {
  return (
    <Group gap="xs">
      <span>{name}</span>
      <Anchor component={Link} to={`/governance/audit?${of}=${encodeURIComponent(id)}`} size="xs">
        {what}
      </Anchor>
    </Group>
  );
}

function Cause({ cause }: { cause: NonNullable<EventJson['cause']> }) {
  const { may } = useSession();
  const id = encodeURIComponent(cause.id);
  return (
    <Group gap="xs">
      <span>{causes[cause.kind] ?? cause.kind}</span>
      {cause.kind === 'request' && may('requests:read') && (
        <Anchor component={Link} to={`/governance/requests?open=${id}`} size="xs">
          the request
        </Anchor>
      )}
      <Anchor component={Link} to={`/governance/audit?cause=${id}`} size="xs">
        everything that came of it
      </Anchor>
    </Group>
  );
}

const causes: Readonly<Record<string, string>> = {
  request: 'A request',
  ruleset: 'A change of the attribute mappings',
  start: 'A start of the server',
  command: 'A command',
  reconciliation: 'Comparing with the directory',
  batch: 'A held batch',
};

/** Attribute by attribute where there is a before or an after; else what the event says. */
function Differences({ event: { data } }: { event: EventJson }) {
  if (!data || Object.keys(data).length === 0) return null;
  const { before, after, ...rest } = data;
  const [was, is] = [asObject(before), asObject(after)];
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  const others = names.length > 0 ? rest : data;
  return (
    <>
      {names.length > 0 && (
        <Stack gap="xs">
          <Title order={3} size="h5">
            What changed
          </Title>
          <Table.ScrollContainer minWidth={420}>
            <Table verticalSpacing={6} aria-label="What changed" layout="fixed">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Attribute</Table.Th>
                  <Table.Th>Before</Table.Th>
                  <Table.Th>After</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {names.map((name) => (
                  <Table.Tr key={name}>
                    <Table.Td style={{ overflowWrap: 'anywhere' }}>{name.split(':').at(-1)}</Table.Td>
                    <Table.Td className="loss">{shown(was[name])}</Table.Td>
                    <Table.Td className="gain">{shown(is[name])}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </Stack>
      )}
      {Object.keys(others).length > 0 && (
        <Stack gap="xs">
          <Title order={3} size="h5">
            What else it says
          </Title>
          <Code block tabIndex={0} mah={360} style={{ overflow: 'auto' }}>
            {JSON.stringify(others, null, 2)}
          </Code>
        </Stack>
      )}
    </>
  );
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function shown(value: unknown): ReactNode {
  if (value === undefined || value === null)
    return (
      <Text span size="sm" c="dimmed">
        nothing
      </Text>
    );
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return <span style={{ overflowWrap: 'anywhere' }}>{text}</span>;
}
