import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { PlugpactError } from '../../protocol/errors.ts';

/**
 * Format of what a run keeps: ledger, index, journals. It grows when this version's programs cannot go on with what
 * those of the version before kept. Folders of the first format do not name it.
 */
export const LEDGER_FORMAT = 2;

const Kept = z.looseObject({ ledgerFormat: z.int().default(1) });

export const deploymentFile = (dataDir: string): string => join(dataDir, 'deployment.json');

/**
 * Checks a data folder before anything in it is opened or written.
 *
 * @throws PlugpactError `start.otherFormat` where a run of another format kept its ledger there.
 */
export function requireKnownFormat(dataDir: string): void {
  const file = deploymentFile(dataDir);
  if (!existsSync(file)) return;
  const { ledgerFormat } = Kept.parse(JSON.parse(readFileSync(file, 'utf8')));
  if (ledgerFormat === LEDGER_FORMAT) return;
  throw new PlugpactError({
    code: 'start.otherFormat',
    value: `format ${ledgerFormat} in ${dataDir}`,
    rule: `This version of Plugpact goes on with ledgers of format ${LEDGER_FORMAT} only. Nothing was changed.`,
    remedy:
      'Start from nothing with "npm start -- --fresh", which deletes this folder, or go back to the version that made it.',
  });
}
