// What stands in the menu, in which order, and who sees it.

import {
  IconArrowsExchange,
  IconBuilding,
  IconClipboardList,
  IconDownload,
  IconHandStop,
  IconHistory,
  IconPlugConnected,
  IconSettings,
  IconShieldLock,
  IconUsers,
  IconUsersGroup,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';

export interface Place {
  label: string;
  to: string;
  icon: ComponentType<{ size?: number; stroke?: number }>;
  /** Whoever has it not does not see the place. */
  permission: string;
}

export interface PlaceGroup {
  label: string;
  places: readonly Place[];
}

export const navigation: readonly PlaceGroup[] = [
  {
    label: 'Governance',
    places: [
      {
        label: 'User Provisioning',
        to: '/governance/user-provisioning',
        icon: IconPlugConnected,
        permission: 'providers:read',
      },
      { label: 'Users', to: '/governance/users', icon: IconUsers, permission: 'users:read' },
      { label: 'Teams', to: '/governance/teams', icon: IconUsersGroup, permission: 'teams:read' },
      {
        label: 'Business Units',
        to: '/governance/business-units',
        icon: IconBuilding,
        permission: 'businessUnits:read',
      },
      {
        label: 'Roles & Permissions',
        to: '/governance/roles',
        icon: IconShieldLock,
        permission: 'roles:read',
      },
    ],
  },
  {
    label: 'Activity',
    places: [
      {
        label: 'Requests',
        to: '/governance/requests',
        icon: IconArrowsExchange,
        permission: 'requests:read',
      },
      {
        label: 'Reconciliation',
        to: '/governance/reconciliation',
        icon: IconClipboardList,
        permission: 'reconciliations:read',
      },
      {
        label: 'Import',
        to: '/governance/import',
        icon: IconDownload,
        permission: 'reconciliations:import',
      },
      { label: 'Held batches', to: '/governance/held', icon: IconHandStop, permission: 'guard:read' },
      { label: 'Audit', to: '/governance/audit', icon: IconHistory, permission: 'audit:read' },
    ],
  },
  {
    label: 'System',
    places: [{ label: 'Settings', to: '/settings', icon: IconSettings, permission: 'settings:read' }],
  },
];
