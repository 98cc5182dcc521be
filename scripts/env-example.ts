import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { envExample } from './lib/env-example.ts';
import { ROOT } from './lib/paths.ts';

/** Writes .env.example; a test holds the committed one against the schema. */
writeFileSync(join(ROOT, '.env.example'), envExample());
