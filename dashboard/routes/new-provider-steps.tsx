// The steps of adding a provider, and the way back and on below each.

import { Button, Group, Stepper } from '@mantine/core';
import type { ReactNode } from 'react';

export const OVERVIEW = '/governance/user-provisioning';
const steps = ['choose', 'configuration', 'mapping', 'review'] as const;
export type Step = (typeof steps)[number];

const titles: Readonly<Record<Step, string>> = {
  choose: 'Provider',
  configuration: 'Configuration',
  mapping: 'Attribute Mapping',
  review: 'Review',
};

/** Undefined for what is none. */
export function stepNamed(name: string | undefined): Step | undefined {
  return steps.find((each) => each === name);
}

interface StepsProps {
  at: Step;
  /** Those that may be gone to. */
  open: readonly Step[];
  onStep(step: Step): void;
}

export function Steps({ at, open, onStep }: StepsProps) {
  return (
    <Stepper
      active={steps.indexOf(at)}
      onStepClick={(index) => onStep(steps[index]!)}
      size="sm"
      aria-label="Steps"
    >
      {steps.map((each) => (
        <Stepper.Step
          key={each}
          label={titles[each]}
          allowStepSelect={open.includes(each)}
          {...(each === at && { 'aria-current': 'step' as const })}
        />
      ))}
    </Stepper>
  );
}

interface WaysProps {
  /** Undefined where there is none. */
  onBack?: () => void;
  children: ReactNode;
}

export function Ways({ onBack, children }: WaysProps) {
  return (
    <Group justify={onBack ? 'space-between' : 'flex-end'}>
      {onBack && (
        <Button variant="default" onClick={onBack}>
          Back
        </Button>
      )}
      <Group gap="sm">{children}</Group>
    </Group>
  );
}
