// What there is to choose from when a provider is added: the kinds, and, for trying out, the local Entra.

import { Code, Group, Paper, SimpleGrid, Stack, Text, ThemeIcon, UnstyledButton } from '@mantine/core';
import { IconFlask } from '@tabler/icons-react';
import type { LocalEntraJson } from '../../src/edge/admin/contract.ts';
import { send } from '../api.ts';
import { useChange } from '../queries.ts';
import { Failed } from '../ui/states.tsx';
import { Warning } from '../ui/warning.tsx';
import { type Kind, kinds } from './provider-kinds.ts';

interface TilesProps {
  /** Undefined where that is not known yet, or nobody may see it. */
  isDevelopment: boolean | undefined;
  onKind(kind: Kind): void;
  onLocalEntra(settings: NonNullable<LocalEntraJson['settings']>): void;
}

export function ProviderTiles({ isDevelopment, onKind, onLocalEntra }: TilesProps) {
  const join = useChange<void, LocalEntraJson>({
    run: async () =>
      (await send<LocalEntraJson>('/providers/local-entra', { method: 'POST', body: {} })).body,
    touches: [],
    isQuiet: true,
    onDone: ({ settings }) => {
      if (settings) onLocalEntra(settings);
    },
  });
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="md">
        {(Object.keys(kinds) as Kind[]).map((kind) => (
          <Tile key={kind} {...kinds[kind]} onClick={() => onKind(kind)} />
        ))}
        {isDevelopment && (
          <Tile
            label="Try it with the local Entra"
            about={join.isPending ? 'Asking it ...' : 'A made-up tenant on this machine, filled in for you'}
            icon={IconFlask}
            onClick={() => join.mutate()}
          />
        )}
      </SimpleGrid>
      {join.error && <Failed problem={join.error} />}
      {join.data && !join.data.ok && (
        <Warning title={join.data.sentence}>
          {join.data.advice?.replace(/npm run .*$/, '')}
          <Code>npm run simulator -- serve</Code>
        </Warning>
      )}
      {isDevelopment === false && (
        <Text size="sm" c="dimmed">
          To try it without a tenant: start Bifrost with <Code>BIFROST_DEVELOPMENT=1</Code>, and the local
          Entra beside it with <Code>npm run simulator -- serve</Code>.
        </Text>
      )}
    </Stack>
  );
}

interface TileProps {
  label: string;
  about: string;
  icon: typeof IconFlask;
  onClick(): void;
}

function Tile({ label, about, icon: Icon, onClick }: TileProps) {
  return (
    <UnstyledButton onClick={onClick} className="tile">
      <Paper withBorder p="md" h="100%">
        <Group wrap="nowrap" align="flex-start" gap="sm">
          <ThemeIcon variant="light" color="sky" size={38} radius="md">
            <Icon size={22} stroke={1.6} aria-hidden />
          </ThemeIcon>
          <div>
            <Text fw={600} size="sm">
              {label}
            </Text>
            <Text size="sm" c="dimmed">
              {about}
            </Text>
          </div>
        </Group>
      </Paper>
    </UnstyledButton>
  );
}
