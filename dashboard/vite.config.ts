// How the dashboard is built: into dist/dashboard/, where the server finds it. Nothing is inlined, so that the policy of its pages
// can forbid whatever is.

import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react()],
  clearScreen: false,
  logLevel: 'warn',
  build: {
    target: 'es2023',
    outDir: fileURLToPath(new URL('../dist/dashboard', import.meta.url)),
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // In our own step, all files at once: no request finds half a build.
    write: false,
  },
});
