// Reconciliation: to be written.

import { Page } from '../ui/page.tsx';

export default function ReconciliationPage() {
  return <Page title="Reconciliation" permission="reconciliations:read" />;
}
