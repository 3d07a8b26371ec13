// Adding a provider, step by step. What is typed of its configuration is a draft of this tab until that step is left; from then on
// it is a provider that is disabled, named in the address, and each step is stored when it is left. Enabling it is the last step.

import { useAddress } from '../address.ts';
import { Page } from '../ui/page.tsx';
import { BeginProvider } from './new-provider-begin.tsx';
import { FinishProvider } from './new-provider-finish.tsx';
import { OVERVIEW } from './new-provider-steps.tsx';

export default function NewProviderPage() {
  const [{ provider }] = useAddress();
  return (
    <Page
      title="Add a provider"
      above={[{ label: 'User Provisioning', to: OVERVIEW }]}
      permission="providers:create"
    >
      {provider ? <FinishProvider key={provider} id={provider} /> : <BeginProvider />}
    </Page>
  );
}
