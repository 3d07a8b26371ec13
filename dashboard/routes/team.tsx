// Team: to be written.

import { Page } from '../ui/page.tsx';

export default function TeamPage() {
  return <Page title="Team" permission="teams:read" />;
}
