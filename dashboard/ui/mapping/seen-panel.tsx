// What can be used in rules: attributes as they were seen of people, and what a token held. A click puts one into a rule.

import { Anchor, Button, Code, Group, Menu, Progress, Stack, Text, TextInput } from '@mantine/core';
import { IconChevronDown, IconId, IconSearch } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';
import type { SeenAttributesJson } from '../../../src/edge/admin/contract.ts';
import type { ApiProblem } from '../../api.ts';
import { May } from '../../session.tsx';
import { Mark } from '../badges.tsx';
import { sourceWords } from '../source-words.ts';
import { Shown } from '../states.tsx';
import type { Discovery, TokenClaim } from './discovered-claims.ts';
import { listKeys, lists } from './draft.ts';
import { type Editing, percent, scimKey } from './editing.ts';
import type { SeenAttribute } from './examine.ts';

const EXAMPLES = 2;

interface SeenPanelProps {
  editing: Editing;
  of: UseQueryResult<SeenAttributesJson, ApiProblem>;
  discovery: Discovery;
}

export function SeenPanel({ editing, of, discovery }: SeenPanelProps) {
  const [search, setSearch] = useState('');
  const fits = (...texts: string[]) =>
    texts.some((text) => text.toLowerCase().includes(search.toLowerCase()));
  return (
    <Shown of={of} label="Looking at people">
      {(found) => (
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            {lookedAtWords(found)}
          </Text>
          <DiscoverClaims discovery={discovery} />
          {(found.items.length > 0 || discovery.claims) && (
            <TextInput
              aria-label="Search attributes"
              placeholder="Search attributes"
              leftSection={<IconSearch size={15} />}
              value={search}
              onChange={(event) => setSearch(event.currentTarget.value)}
            />
          )}
          <div>
            {discovery.claims && (
              <Claims
                editing={editing}
                claims={discovery.claims.filter(({ name, texts }) => fits(name, ...texts))}
              />
            )}
            {found.items
              .filter(({ name, examples }) => fits(name, ...examples))
              .map((each) => (
                <Seen key={each.name} editing={editing} of={each} />
              ))}
          </div>
        </Stack>
      )}
    </Shown>
  );
}

function lookedAtWords({ people, lookedAt }: SeenAttributesJson): string {
  const count = (n: number) => n.toLocaleString('en');
  if (people === 0) return 'Nobody has arrived yet. People come by SCIM, by signing in, or by an import.';
  if (lookedAt < people) return `Of the first ${count(lookedAt)} of ${count(people)} people.`;
  return people === 1
    ? 'Of the one person of this provider.'
    : `Of all ${count(people)} people of this provider.`;
}

function DiscoverClaims({ discovery: { isOpen, open, claims } }: { discovery: Discovery }) {
  const button = (
    <div>
      <Button size="xs" variant="default" leftSection={<IconId size={15} />} onClick={open} loading={isOpen}>
        Discover Claims
      </Button>
      {!claims && (
        <Text size="xs" c="dimmed" mt={4}>
          A sign-in in a window of its own that shows what a token holds and stores nothing.
        </Text>
      )}
    </div>
  );
  return <May do="mappings:apply">{button}</May>;
}

// --- one attribute ----------------------------------------------------------------------------------------------

function Seen({ editing, of }: { editing: Editing; of: SeenAttribute }) {
  const { name, alias, sources: from, share, examples, values, valuesAreCapped, variants, usedBy } = of;
  const isUsed = usedBy.rules > 0 || usedBy.scimAttributes.length > 0;
  return (
    <div className="seen">
      <Group justify="space-between" gap="xs" wrap="nowrap" align="flex-start">
        <Text size="sm" fw={600} className="name">
          {alias ?? name}
        </Text>
        <Use editing={editing} attribute={alias ?? name} full={name} value={examples[0] ?? ''} />
      </Group>
      {alias !== null && (
        <Text size="xs" c="dimmed" className="name">
          {name}
        </Text>
      )}
      <Group gap="xs" wrap="nowrap">
        <Progress
          value={share * 100}
          size={6}
          flex={1}
          aria-label={`${alias ?? name}: ${percent(share)} of people have it`}
        />
        <Text size="xs" className="number share" ta="right">
          {percent(share)}
        </Text>
      </Group>
      {examples.length > 0 && (
        <Text size="xs" c="dimmed" className="example">
          {examples.slice(0, EXAMPLES).join(', ')}
          {values > EXAMPLES || valuesAreCapped
            ? ` and ${(values - EXAMPLES).toLocaleString('en')}${valuesAreCapped ? '+' : ''} more`
            : ''}
        </Text>
      )}
      <Group gap={4} mt={2}>
        {from.map((source) => (
          <Mark key={source} tone="quiet" size="sm">
            {sourceWords[source]}
          </Mark>
        ))}
        {isUsed && (
          <Mark tone="plain" size="sm">
            Used
          </Mark>
        )}
      </Group>
      {variants.length > 0 && (
        <Text size="xs" mt={2} className="warn name">
          Also seen as {variants.join(', ')}
        </Text>
      )}
    </div>
  );
}

function Claims({ editing, claims }: { editing: Editing; claims: readonly TokenClaim[] }) {
  return (
    <div className="claims">
      <Text size="sm" fw={600}>
        In your token
      </Text>
      <Text size="xs" c="dimmed" mb={4}>
        What the provider sent of the one who signed in. Nothing of it was stored.
      </Text>
      {claims.map(({ name, texts }) => (
        <div key={name} className="seen">
          <Group justify="space-between" gap="xs" wrap="nowrap" align="flex-start">
            <Code className="name">{name}</Code>
            <Use editing={editing} attribute={name} full={name} value={texts[0] ?? ''} />
          </Group>
          <Text size="xs" c="dimmed" className="example">
            {texts.slice(0, 3).join(', ')}
            {texts.length > 3 ? ` and ${texts.length - 3} more` : ''}
          </Text>
        </div>
      ))}
    </div>
  );
}

interface UseProps {
  editing: Editing;
  attribute: string;
  /** With its URN. */
  full: string;
  /** Offered where a role is given: a role for everybody is seldom meant. */
  value: string;
}

function Use({ editing, attribute, full, value }: UseProps) {
  const open = listKeys.filter((list) => editing.mayEdit(list));
  const maySetEntry = editing.mayEdit(scimKey);
  if (open.length === 0 && !maySetEntry) return null;
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Anchor component="button" type="button" size="xs" className="whole" aria-label={`Use ${attribute}`}>
          Use <IconChevronDown size={12} aria-hidden />
        </Anchor>
      </Menu.Target>
      <Menu.Dropdown>
        {open.map((list) => {
          const isRole = list === 'attributeRoleMappings';
          const rule = { attribute, value: isRole ? value : '*', target: isRole ? '' : '*', sticky: false };
          return (
            <Menu.Item key={list} onClick={() => editing.edit({ kind: 'rule', list, index: null, rule })}>
              In a {lists[list].one} rule
            </Menu.Item>
          );
        })}
        {maySetEntry && (
          <Menu.Item onClick={() => editing.edit({ kind: 'entry', claim: null, attribute: full })}>
            As a SCIM Attribute
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
