// The looks that are ours: one accent, calm greys, and colours whose texts keep the contrast that WCAG 2.2 asks for in light and dark.

import { createTheme, Drawer, type MantineColorsTuple, Modal } from '@mantine/core';

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

/** Mantine makes `header` of theirs, which screen readers would take for that of the page. */
const dialog = { attributes: { header: { role: 'presentation' } } };

export const theme = createTheme({
  primaryColor: 'sky',
  primaryShade: { light: 6, dark: 7 },
  colors: { sky },
  autoContrast: true,
  defaultRadius: 'md',
  cursorType: 'pointer',
  focusRing: 'auto',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  components: {
    Modal: Modal.extend({ defaultProps: dialog }),
    Drawer: Drawer.extend({ defaultProps: dialog }),
  },
  headings: { fontWeight: '650', sizes: { h1: { fontSize: '1.5rem', lineHeight: '1.3' } } },
});
