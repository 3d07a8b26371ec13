// The looks that are ours: one accent, calm greys, and colours whose texts keep the contrast that WCAG 2.2 asks for in light and dark.

import { createTheme, DEFAULT_THEME, Drawer, type MantineColorsTuple, Modal } from '@mantine/core';

const sky: MantineColorsTuple = [
  '#eef3ff',
  '#dce5fb',
  '#b5c7f4',
  '#8ba8ee',
  '#678de8',
  '#4a74e0',
  '#2f5bd7',
  '#254cbd',
  '#1d3f9f',
  '#153183',
];

/** As light as Mantine's own greys, in the hue of the pages. */
const dark: MantineColorsTuple = [
  '#c9cedb',
  '#b8bfd0',
  '#828ba1',
  '#69728a',
  '#3f475c',
  '#363e53',
  '#262d40',
  '#1b2030',
  '#171b28',
  '#10131b',
];

type Shades = 'red' | 'yellow' | 'green';

/** Mantine's own are too faint: for the text on a light ground (its darkest shade), and of red for white text on it. */
function readable(color: Shades, changed: Readonly<Record<number, string>>): MantineColorsTuple {
  return DEFAULT_THEME.colors[color].map(
    (shade, at) => changed[at] ?? shade,
  ) as unknown as MantineColorsTuple;
}

/** Mantine makes `header` of theirs, which screen readers would take for that of the page. */
const dialog = {
  attributes: { header: { role: 'presentation' } },
  closeButtonProps: { 'aria-label': 'Close' },
} as const;

export const theme = createTheme({
  primaryColor: 'sky',
  primaryShade: { light: 6, dark: 7 },
  colors: {
    sky,
    dark,
    red: readable('red', { 6: '#c92a2a', 7: '#b32424', 8: '#a01d1d', 9: '#8f1a1a' }),
    yellow: readable('yellow', { 9: '#7a4300' }),
    green: readable('green', { 9: '#1a6b31' }),
  },
  autoContrast: true,
  defaultRadius: 'md',
  cursorType: 'pointer',
  focusRing: 'auto',
  // Whoever asks their system for less motion gets dialogs that are there at once.
  respectReducedMotion: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  components: {
    Modal: Modal.extend({ defaultProps: dialog }),
    Drawer: Drawer.extend({ defaultProps: dialog }),
  },
  headings: { fontWeight: '650', sizes: { h1: { fontSize: '1.5rem', lineHeight: '1.3' } } },
});
