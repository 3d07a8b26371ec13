// Everything that a page stands in: theme, notices, questions to the server, who is signed in, and which page the address names.

import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './style.css';
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiProblem } from './api.ts';
import { router } from './router.tsx';
import { SessionProvider } from './session.tsx';
import { theme } from './theme.ts';

const TRIES = 2;
const FRESH_MS = 5_000;

const nonce = document.querySelector<HTMLMetaElement>('meta[name=csp-nonce]')?.content ?? '';
// For the styles that libraries write while the page runs; get-nonce reads it there.
Object.assign(globalThis, { __webpack_nonce__: nonce });

const colorSchemes = localStorageColorSchemeManager({ key: 'bifrost-color-scheme' });

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      // What was refused stays refused; what was not answered may be the next time.
      retry: (failures, error) =>
        failures < TRIES && error instanceof ApiProblem && (error.status === 0 || error.status >= 500),
    },
  },
});

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      colorSchemeManager={colorSchemes}
      getStyleNonce={() => nonce}
    >
      {/* Below, it would lie on the bar with Review for as long as Undo is offered. */}
      <Notifications position="top-center" />
      <QueryClientProvider client={client}>
        <SessionProvider>
          <RouterProvider router={router} />
        </SessionProvider>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
