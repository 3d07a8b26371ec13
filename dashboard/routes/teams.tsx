// Teams: to be written.

import { Page } from '../ui/page.tsx';

export default function TeamsPage() {
  return <Page title="Teams" permission="teams:read" />;
}
