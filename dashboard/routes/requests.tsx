// Requests: to be written.

import { Page } from '../ui/page.tsx';

export default function RequestsPage() {
  return <Page title="Requests" permission="requests:read" />;
}
