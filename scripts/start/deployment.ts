import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { address } from '../../protocol/schemas.ts';
import { type Deployment, deployLocal } from '../deploy.ts';
import { rpc } from '../lib/anvil.ts';
import type { StartContext } from './child-spec.ts';

const Record = z.object({
  chainId: z.int(),
  market: address,
  token: address,
  deployBlock: z.int().nonnegative(),
});

const hasCode = async (rpcUrl: string, contract: string): Promise<boolean> =>
  (await rpc<string>(rpcUrl, 'eth_getCode', [contract, 'latest'])) !== '0x';

/**
 * The market of this ledger: the one deployed before, if the ledger still has it (a kill within the first
 * seconds takes it back), else a new one.
 */
export async function ensureDeployed({ dataDir, say }: StartContext, rpcUrl: string): Promise<Deployment> {
  const file = join(dataDir, 'deployment.json');
  if (existsSync(file)) {
    const known = Record.parse(JSON.parse(readFileSync(file, 'utf8'))) as Deployment;
    if ((await hasCode(rpcUrl, known.market)) && (await hasCode(rpcUrl, known.token))) return known;
    say('The ledger does not hold the recorded market any more: deploying it anew.');
  } else say('Deploying the market and demo money …');
  const deployment = await deployLocal(rpcUrl);
  writeFileSync(file, `${JSON.stringify(deployment, null, 2)}\n`);
  return deployment;
}
