// What every engine keeps of signing in: the parts of it, each a suite of its own.

import { describe } from 'vitest';
import { apiKeySuite } from './api-key-suite.ts';
import { identitySuite } from './identity-suite.ts';
import { localAdminSuite } from './local-admin-suite.ts';
import type { Open } from './opened.ts';
import { sessionSuite } from './session-suite.ts';
import { signInTransferSuite } from './sign-in-transfer-suite.ts';

export function signInSuite(open: Open): void {
  describe('a session', () => sessionSuite(open));
  describe('API keys', () => apiKeySuite(open));
  describe('break-glass administrators', () => localAdminSuite(open));
  describe('who is who', () => identitySuite(open));
  describe('transfer', () => signInTransferSuite(open));
}
