// Held batches: to be written.

import { Page } from '../ui/page.tsx';

export default function HeldPage() {
  return <Page title="Held batches" permission="guard:read" />;
}
