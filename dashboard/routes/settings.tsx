// Settings: to be written.

import { Page } from '../ui/page.tsx';

export default function SettingsPage() {
  return <Page title="Settings" permission="settings:read" />;
}
