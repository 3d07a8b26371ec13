// Before each file of tests: what the process remembers of the file before it, which had another clock, is forgotten.

import { forgetLastId } from '../../src/id.ts';

forgetLastId();
