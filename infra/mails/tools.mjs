// The packages of package-lock.json, which infra/tools.sh installs into target/infra/mails, beside the zips' tools.

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const installed = new URL('../../target/infra/mails/package.json', import.meta.url);

/** Loads a package, or a file of one. */
export const load = createRequire(fileURLToPath(installed));
