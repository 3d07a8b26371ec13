import type { Provider } from '../identity/provider.ts';
import type { Reach } from '../provider/reach.ts';
import type { DirectoryReader, Reading } from './directory.ts';

export declare function directoryOf(
  reach: Reach,
  provider: Provider,
  reading: Reading,
): DirectoryReader | { readonly none: string };
