// Audit: to be written.

import { Page } from '../ui/page.tsx';

export default function AuditPage() {
  return <Page title="Audit" permission="audit:read" />;
}
