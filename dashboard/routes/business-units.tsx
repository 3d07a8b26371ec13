// Every business unit: what is shown of it is what business units and teams share.

import { TargetsPage } from '../ui/target-pages.tsx';

export default function BusinessUnitsPage() {
  return <TargetsPage base="business-units" />;
}
