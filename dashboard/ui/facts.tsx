// Names and values of one thing, beside each other.

import { Grid, Text } from '@mantine/core';
import { Fragment, type ReactNode } from 'react';

export function Facts({ of }: { of: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <Grid component="dl" gap="xs" m={0}>
      {of.map(([name, value]) => (
        <Fragment key={name}>
          <Grid.Col component="dt" span={{ base: 12, xs: 4 }}>
            <Text size="sm" c="dimmed">
              {name}
            </Text>
          </Grid.Col>
          <Grid.Col component="dd" m={0} span={{ base: 12, xs: 8 }}>
            <Text component="div" size="sm" style={{ overflowWrap: 'anywhere' }}>
              {value}
            </Text>
          </Grid.Col>
        </Fragment>
      ))}
    </Grid>
  );
}
