// A page: where it stands, its title, what can be done on it, and its content for whoever may see it.

import { Anchor, Breadcrumbs, Group, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useSession } from '../session.tsx';
import { NotPermitted } from './states.tsx';

export interface PageProps {
  title: string;
  /** Beside the title: a badge. */
  beside?: ReactNode;
  /** A sentence below the title. */
  about?: ReactNode;
  /** The pages above this one. */
  above?: readonly { label: string; to: string }[];
  /** Buttons. */
  actions?: ReactNode;
  /** Whoever has it not is told so instead of the content. */
  permission?: string;
  children?: ReactNode;
}

/** Narrower than that, and buttons stand below instead of beside it. */
const ABOUT_AT_LEAST = 'min(100%, 420px)';

export function Page({ title, beside, about, above = [], actions, permission, children }: PageProps) {
  const { may } = useSession();
  useDocumentTitle(`${title} - Bifrost`);
  const isPermitted = permission === undefined || may(permission);
  return (
    <Stack gap="md" maw={1440} mx="auto">
      {above.length > 0 && (
        <Breadcrumbs component="nav" aria-label="Above this page">
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
      <Group justify="space-between" align="flex-start" gap="sm">
        <Stack gap={2} flex="1 1 0" miw={ABOUT_AT_LEAST}>
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
        {isPermitted && actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {isPermitted ? children : <NotPermitted permission={permission ?? ''} />}
    </Stack>
  );
}
