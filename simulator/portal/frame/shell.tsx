// The frame of every page: whose portal this is not, the menu, the page, and what was sent below it.

import {
  ActionIcon,
  AppShell,
  Burger,
  Group,
  NavLink,
  Text,
  Title,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconApps,
  IconBolt,
  IconHome,
  IconInfoCircle,
  IconListDetails,
  IconMoon,
  IconRefresh,
  IconSun,
  IconTrash,
  IconUser,
  IconUserCheck,
  IconUsersGroup,
} from '@tabler/icons-react';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { APPLICATION, places } from '../places.ts';
import { CLOSED_PX, OPEN_PX, SentStrip } from './sent-strip.tsx';

const menu = [
  {
    label: 'Directory',
    entries: [
      { ...places.directory, icon: IconHome },
      { ...places.users, icon: IconUser },
      { ...places.groups, icon: IconUsersGroup },
      { ...places.deletedUsers, icon: IconTrash },
      { ...places.applications, icon: IconApps },
    ],
  },
  {
    label: APPLICATION,
    entries: [
      { ...places.application, label: 'Overview', icon: IconInfoCircle },
      { ...places.assignments, icon: IconUserCheck },
      { ...places.provisioning, icon: IconRefresh },
      { ...places.onDemand, icon: IconBolt },
      { ...places.logs, icon: IconListDetails },
    ],
  },
] as const;

const HEADER_PX = 48;
const MENU_PX = 236;

export function Shell() {
  const [isOpen, { toggle, close }] = useDisclosure(false);
  const [isStripOpen, strip] = useDisclosure(true);
  return (
    <AppShell
      header={{ height: HEADER_PX }}
      navbar={{ width: MENU_PX, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      footer={{ height: isStripOpen ? OPEN_PX : CLOSED_PX }}
      padding="lg"
      transitionDuration={0}
    >
      <AppShell.Header className="top-bar">
        <a className="skip" href="#page">
          Skip to the page
        </a>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={isOpen}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              color="white"
              aria-label={isOpen ? 'Close the menu' : 'Open the menu'}
            />
            <Text fw={650}>Local Entra</Text>
            <span className="not-real">
              not Microsoft<span className="long">: a made-up directory on this machine</span>
            </span>
          </Group>
          <SchemeButton />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs">
        <nav aria-label="Pages">
          <Menu onGo={close} />
        </nav>
      </AppShell.Navbar>
      <AppShell.Main id="page" tabIndex={-1}>
        <Outlet />
      </AppShell.Main>
      <AppShell.Footer className="sent-strip">
        <SentStrip isOpen={isStripOpen} onToggle={strip.toggle} />
      </AppShell.Footer>
    </AppShell>
  );
}

function Menu({ onGo }: { onGo: () => void }) {
  const path = useLocation({ select: ({ pathname }) => pathname.replace(/^\/portal/, '') || '/' });
  const all = menu.flatMap(({ entries }) => entries.map(({ to }): string => to));
  // The longest that the address begins with.
  const here = all
    .filter((to) => path === to || (to !== '/' && path.startsWith(`${to}/`)))
    .sort((one, other) => other.length - one.length)[0];
  return menu.map(({ label, entries }) => (
    <section key={label} aria-label={label}>
      <Title order={2} size="xs" c="dimmed" mt="md" mb={4} px="sm" fw={600}>
        {label}
      </Title>
      {entries.map(({ label: place, to, icon: Icon }) => (
        <NavLink
          key={to}
          component={Link}
          to={to}
          onClick={onGo}
          label={place}
          active={to === here}
          activeOptions={{ exact: true, includeSearch: false }}
          {...(to === here && { 'aria-current': 'page' as const })}
          leftSection={<Icon size={18} stroke={1.6} />}
        />
      ))}
    </section>
  ));
}

function SchemeButton() {
  const { setColorScheme } = useMantineColorScheme();
  const other = useComputedColorScheme() === 'dark' ? 'light' : 'dark';
  const Icon = other === 'dark' ? IconMoon : IconSun;
  return (
    <ActionIcon
      variant="transparent"
      c="white"
      onClick={() => setColorScheme(other)}
      aria-label={`Show it ${other}`}
    >
      <Icon size={18} />
    </ActionIcon>
  );
}
