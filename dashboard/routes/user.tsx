// User: to be written.

import { Page } from '../ui/page.tsx';

export default function UserPage() {
  return <Page title="User" permission="users:read" />;
}
