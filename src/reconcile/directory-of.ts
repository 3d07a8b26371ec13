// The directory of a provider, where it has one that can be read.

import type { Provider } from '../identity/provider.ts';
import type { Reach } from '../provider/reach.ts';
import { SignInRefusal } from '../provider/sign-in-refusal.ts';
import type { DirectoryReader, Reading } from './directory.ts';
import { entraDirectory } from './entra-directory.ts';

export function directoryOf(
  reach: Reach,
  provider: Provider,
  reading: Reading,
): DirectoryReader | { readonly none: string } {
  if (provider.settings.kind !== 'entra') return { none: 'This kind has no directory API.' };
  try {
    return entraDirectory(reach, provider, reading);
  } catch (error) {
    if (error instanceof SignInRefusal) return { none: error.message };
    throw error;
  }
}
