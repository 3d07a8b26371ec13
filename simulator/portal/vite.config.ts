// How the portal is built: into dist/portal/, where the local Entra finds it and hands it out below /portal/. As the dashboard's,
// nothing is inlined, so that the policy of its pages can forbid whatever is.

import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/portal/',
  plugins: [react()],
  clearScreen: false,
  logLevel: 'warn',
  build: {
    target: 'es2023',
    outDir: fileURLToPath(new URL('../../dist/portal', import.meta.url)),
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // By scripts/build.mjs, all files at once.
    write: false,
  },
});
