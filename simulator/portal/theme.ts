// The portal's looks: the dashboard's, in a colour and with corners of its own, so that nobody takes one for the other.

import { type MantineColorsTuple, mergeThemeOverrides } from '@mantine/core';
import { theme as dashboard } from '../../dashboard/theme.ts';

const harbour: MantineColorsTuple = [
  '#e6f5f5',
  '#d0e9e9',
  '#a3d4d4',
  '#75bebf',
  '#4aa5a7',
  '#258a8d',
  '#0f6b6f',
  '#0c5a5d',
  '#08484b',
  '#043436',
];

/** `sky` is what the shared parts call the accent. */
export const theme = mergeThemeOverrides(dashboard, {
  colors: { sky: harbour },
  defaultRadius: 'xs',
  respectReducedMotion: true,
});
