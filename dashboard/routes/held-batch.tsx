// Held batch: to be written.

import { Page } from '../ui/page.tsx';

export default function HeldBatchPage() {
  return <Page title="Held batch" permission="guard:read" />;
}
