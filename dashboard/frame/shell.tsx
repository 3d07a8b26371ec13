// The frame of every page: menu, who is signed in, what waits for a decision, and the page.

import { AppShell, Burger, Group, NavLink, ScrollArea, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useLive } from '../live.ts';
import { useSession } from '../session.tsx';
import { HeldBanner } from '../ui/held-banner.tsx';
import { AccountMenu } from './account-menu.tsx';
import { navigation } from './navigation.ts';

const HEADER_PX = 52;
const MENU_PX = 236;

export function Shell() {
  const [isOpen, { toggle, close }] = useDisclosure(false);
  const path = useLocation({ select: ({ pathname }) => pathname });
  useLive();
  return (
    <AppShell
      header={{ height: HEADER_PX }}
      navbar={{ width: MENU_PX, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding="lg"
    >
      <AppShell.Header>
        <a className="skip" href="#page">
          Skip to the page
        </a>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            <Burger
              opened={isOpen}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={isOpen ? 'Close the menu' : 'Open the menu'}
            />
            <img src="/assets/bifrost.svg" alt="" width={26} height={26} />
            <Text fw={650}>Bifrost</Text>
          </Group>
          <AccountMenu />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs">
        <ScrollArea type="auto" h="100%">
          <nav aria-label="Pages">
            <Menu path={path} onGo={close} />
          </nav>
        </ScrollArea>
      </AppShell.Navbar>
      <AppShell.Main id="page" tabIndex={-1}>
        <HeldBanner />
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}

function Menu({ path, onGo }: { path: string; onGo: () => void }) {
  const { may } = useSession();
  return navigation
    .map((group) => ({ ...group, places: group.places.filter(({ permissions }) => permissions.some(may)) }))
    .filter(({ places }) => places.length > 0)
    .map(({ label, places }) => (
      <section key={label} aria-label={label}>
        <Title order={2} size="xs" c="dimmed" tt="uppercase" mt="md" mb={4} px="sm" fw={600}>
          {label}
        </Title>
        {places.map(({ label: place, to, icon: Icon }) => {
          const isHere = path === to || path.startsWith(`${to}/`);
          return (
            <NavLink
              key={to}
              component={Link}
              to={to}
              onClick={onGo}
              label={place}
              active={isHere}
              {...(isHere && { 'aria-current': 'page' as const })}
              leftSection={<Icon size={18} stroke={1.6} />}
            />
          );
        })}
      </section>
    ));
}
