// Small coloured words, each with a shape of its own beside the colour.

import { Badge, type BadgeProps } from '@mantine/core';
import type { ReactNode } from 'react';

export type Tone = 'good' | 'bad' | 'warn' | 'quiet' | 'plain';

const colors: Readonly<Record<Tone, string>> = {
  good: 'green',
  bad: 'red',
  warn: 'yellow',
  quiet: 'gray',
  plain: 'sky',
};

interface MarkProps extends Omit<BadgeProps, 'color'> {
  tone: Tone;
  children: ReactNode;
}

export function Mark({ tone, children, className = '', ...rest }: MarkProps) {
  return (
    <Badge
      className={`mark ${className}`}
      data-tone={tone}
      color={colors[tone]}
      variant="light"
      radius="sm"
      tt="none"
      fw={600}
      {...rest}
    >
      {children}
    </Badge>
  );
}

const statuses = {
  active: { tone: 'good', words: 'Active' },
  suspended: { tone: 'warn', words: 'Suspended' },
  removed: { tone: 'quiet', words: 'Removed' },
} as const satisfies Record<string, { tone: Tone; words: string }>;

export function StatusMark({ status }: { status: keyof typeof statuses }) {
  const { tone, words } = statuses[status];
  return <Mark tone={tone}>{words}</Mark>;
}
