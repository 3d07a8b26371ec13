// The sections of Settings, and who sees each: for the menu, which shows Settings to whoever sees one of them, and for the page.

export const settingsSections = [
  { name: 'sessions', title: 'Sessions', permissions: ['settings:read'] },
  { name: 'trusted-networks', title: 'Trusted networks', permissions: ['settings:read'] },
  { name: 'guard', title: 'Guard limits', permissions: ['providers:read'] },
  { name: 'api-keys', title: 'API keys', permissions: ['apiKeys:create', 'apiKeys:read'] },
  { name: 'administrators', title: 'Break-glass administrators', permissions: ['admins:read'] },
] as const satisfies readonly { name: string; title: string; permissions: readonly string[] }[];

export type SettingsSection = (typeof settingsSections)[number]['name'];

export const settingsPermissions: readonly string[] = [
  ...new Set(settingsSections.flatMap(({ permissions }): readonly string[] => permissions)),
];
