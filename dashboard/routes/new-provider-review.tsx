// The last look before a provider is enabled: how it is reached, whether signing in was verified, and what its rules will do. Nobody
// has arrived, so there is nobody whom it would change: what holds from then on is said instead.

import { Alert, Anchor, Button, Stack, Switch, Text, Title } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import type { DoctorJson, MappingsJson, ProviderJson } from '../../src/edge/admin/contract.ts';
import type { useChange } from '../queries.ts';
import { useGet } from '../queries.ts';
import { useSession } from '../session.tsx';
import { Mark } from '../ui/badges.tsx';
import { counted } from '../ui/counted.ts';
import { Facts } from '../ui/facts.tsx';
import { listKeys, lists, rulesOf } from '../ui/mapping/draft.ts';
import { RuleSentence } from '../ui/mapping/rule-sentence.tsx';
import { Panel } from '../ui/panel.tsx';
import { roleStrategies } from '../ui/role-strategies.ts';
import { Failed, Shown } from '../ui/states.tsx';
import { Warning } from '../ui/warning.tsx';
import { type Step, Ways } from './new-provider-steps.tsx';
import { connectionFacts } from './provider-facts.tsx';
import { kinds } from './provider-kinds.ts';
import { Verified } from './provider-sign-in.tsx';

interface ReviewProps {
  provider: ProviderJson;
  withScim: boolean;
  onScim(on: boolean): void;
  enable: ReturnType<typeof useChange<void, ProviderJson>>;
  onStep(step: Step): void;
}

export function ReviewStep({ provider, withScim, onScim, enable, onStep }: ReviewProps) {
  const { may } = useSession();
  const mayEnable = may('providers:edit');
  return (
    <Stack gap="md">
      <Panel
        title="Connection"
        beside={<Verified provider={provider} />}
        actions={<Change of="the configuration" onClick={() => onStep('configuration')} />}
      >
        <Facts
          of={[['Name', provider.name], ['Kind', kinds[provider.kind].label], ...connectionFacts(provider)]}
        />
        {provider.signIn.lastVerification?.ok !== true && (
          <Warning
            title={
              provider.signIn.lastVerification
                ? 'Signing in does not work yet'
                : 'Signing in was never verified'
            }
          >
            Verify, in the step Configuration, says what is missing. It can be enabled all the same; whoever
            signs in meets the same mistake.
          </Warning>
        )}
      </Panel>
      {may('mappings:read') && (
        <RulesPanel provider={provider} withScim={withScim} onChange={() => onStep('mapping')} />
      )}
      <Panel title="SCIM">
        <Switch
          label="Enable SCIM Provisioning"
          description="It can be enabled later as well: Settings, on the page of the provider."
          checked={withScim}
          onChange={(event) => onScim(event.currentTarget.checked)}
        />
        {withScim && (
          <Alert color="sky" variant="light" icon={<IconInfoCircle size={20} aria-hidden />}>
            Complete sign-in first, so that whoever is provisioned can come in. The endpoint and the token
            follow at once.
          </Alert>
        )}
      </Panel>
      {enable.error && <Failed problem={enable.error} />}
      {!mayEnable && (
        <Text size="sm">
          Enabling it takes the permission providers:edit. It is stored, and waits for that.
        </Text>
      )}
      <Ways onBack={() => onStep('mapping')}>
        {mayEnable && (
          <Button onClick={() => enable.mutate()} loading={enable.isPending}>
            {withScim ? 'Save & Enable' : 'Enable provider'}
          </Button>
        )}
      </Ways>
    </Stack>
  );
}

function Change({ of, onClick }: { of: string; onClick(): void }) {
  return (
    <Button variant="default" size="xs" onClick={onClick} aria-label={`Change ${of}`}>
      Change
    </Button>
  );
}

// --- what the rules will do -------------------------------------------------------------------------------------

interface RulesProps {
  provider: ProviderJson;
  withScim: boolean;
  onChange(): void;
}

function RulesPanel({ provider, withScim, onChange }: RulesProps) {
  const path = `/providers/${provider.id}`;
  const mappings = useGet<MappingsJson>(`${path}/mappings`);
  return (
    <Panel title="What the rules will do" actions={<Change of="the rules" onClick={onChange} />}>
      <Text size="sm" c="dimmed">
        Nobody of {provider.name} has arrived so far, so enabling it takes nothing from anybody and gives
        nobody anything. Of whoever arrives:
      </Text>
      <Shown of={mappings}>
        {(found) => (
          <>
            {listKeys.map((list) => (
              <section key={list} aria-label={lists[list].title}>
                <Title order={3} size="h5" mb={4}>
                  {lists[list].title}
                </Title>
                <Sentences mappings={found} list={list} withScim={withScim} />
              </section>
            ))}
          </>
        )}
      </Shown>
      <Findings path={path} onShow={onChange} />
    </Panel>
  );
}

interface SentencesProps {
  mappings: MappingsJson;
  list: (typeof listKeys)[number];
  withScim: boolean;
}

function Sentences({ mappings, list, withScim }: SentencesProps) {
  const rules = rulesOf(mappings, list);
  const isOfRoles = list === 'attributeRoleMappings';
  if (rules.length === 0) return <Text size="sm">{without(list, withScim)}</Text>;
  return (
    <>
      <ul className="plain-list">
        {rules.map((rule) => (
          <li key={JSON.stringify(rule)}>
            <RuleSentence rule={rule} list={list} />
          </li>
        ))}
      </ul>
      {isOfRoles && (
        <Text size="sm" c="dimmed" mt={4}>
          {rules.length > 1 && `${roleStrategies[mappings.roleResolutionStrategy].about} `}
          Whoever fits none has no role and cannot sign in.
        </Text>
      )}
    </>
  );
}

function without(list: SentencesProps['list'], withScim: boolean): string {
  switch (list) {
    case 'attributeRoleMappings':
      return 'Nobody is given a role, so nobody can sign in but those who are given one by hand.';
    case 'attributeTeamMappings':
      return withScim
        ? 'Enabling SCIM adds a rule: every group that is provisioned becomes a team.'
        : 'Nobody is put in a team.';
    case 'attributeBusinessUnitMappings':
      return 'Nobody is put in a business unit.';
  }
}

/** What the doctor would mend first. */
function Findings({ path, onShow }: { path: string; onShow(): void }) {
  const doctor = useGet<DoctorJson>(`${path}/doctor`);
  const found = (doctor.data?.findings ?? []).filter(({ severity }) => severity !== 'hint');
  if (found.length === 0) return null;
  return (
    <Text size="sm">
      <Mark tone="warn">{counted(found.length, 'finding', 'findings')} of the doctor</Mark>{' '}
      <Anchor component="button" type="button" inherit onClick={onShow}>
        Look at them beside the rules
      </Anchor>
    </Text>
  );
}
