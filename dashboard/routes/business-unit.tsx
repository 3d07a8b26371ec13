// One business unit: what is shown of it is what business units and teams share.

import { TargetPage } from '../ui/target-pages.tsx';

export default function BusinessUnitPage() {
  return <TargetPage base="business-units" />;
}
