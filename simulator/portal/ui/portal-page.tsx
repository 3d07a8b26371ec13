// A page of the portal: the way to it, its title, its bar of commands, and its content.

import { Anchor, Breadcrumbs, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { Icon } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Place } from '../places.ts';

interface PortalPageProps {
  title: string;
  beside?: ReactNode;
  about?: ReactNode;
  above: readonly Place[];
  /** The bar below the title. */
  commands?: ReactNode;
  children: ReactNode;
}

export function PortalPage({ title, beside, about, above, commands, children }: PortalPageProps) {
  useDocumentTitle(`${title} - Local Entra`);
  return (
    <Stack gap="md" maw={1280}>
      {above.length > 0 && (
        <Breadcrumbs component="nav" aria-label="Above this page" separator="›">
          {above.map(({ label, to }) => (
            <Anchor key={to} component={Link} to={to} size="sm">
              {label}
            </Anchor>
          ))}
          <Text size="sm" c="dimmed" aria-current="page">
            {title}
          </Text>
        </Breadcrumbs>
      )}
      <Stack gap={2}>
        <Group gap="sm">
          <Title order={1}>{title}</Title>
          {beside}
        </Group>
        {about && (
          <Text component="div" c="dimmed" size="sm" maw={760}>
            {about}
          </Text>
        )}
      </Stack>
      {commands && (
        <div className="commands" role="toolbar" aria-label="Commands">
          {commands}
        </div>
      )}
      {children}
    </Stack>
  );
}

interface CommandProps {
  icon: Icon;
  children: string;
  onClick?(): void;
  /** Another page, in place of `onClick`. */
  to?: string;
  search?: Readonly<Record<string, string>>;
  disabled?: boolean;
  loading?: boolean;
}

export function Command(props: CommandProps) {
  const { icon: Shape, children, to, search, onClick, disabled = false, loading = false } = props;
  const shared = {
    variant: 'subtle',
    size: 'compact-md',
    leftSection: <Shape size={17} stroke={1.7} aria-hidden />,
  } as const;
  if (to !== undefined) {
    return (
      <Button {...shared} component={Link} to={to} {...(search && { search: search as never })}>
        {children}
      </Button>
    );
  }
  return (
    <Button {...shared} {...(onClick && { onClick })} disabled={disabled} loading={loading}>
      {children}
    </Button>
  );
}

export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper withBorder p="md" component="section">
      <Title order={2} size="h5" mb="sm">
        {title}
      </Title>
      {children}
    </Paper>
  );
}
