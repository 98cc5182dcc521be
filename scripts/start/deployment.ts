import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { concatHex, keccak256 } from 'viem';
import { z } from 'zod';
import { PlugpactError } from '../../protocol/errors.ts';
import { address } from '../../protocol/schemas.ts';
import { type Deployment, deployLocal } from '../deploy/deploy-market.ts';
import { rpc } from '../lib/anvil.ts';
import { committedContract } from '../lib/committed-contracts.ts';
import type { StartContext } from './child-spec.ts';
import { deploymentFile, LEDGER_FORMAT } from './ledger-format.ts';

const Record = z.object({
  chainId: z.int(),
  market: address,
  token: address,
  deployBlock: z.int().nonnegative(),
  /** Identifies the contracts; records of the first version do not have it. */
  codeHash: z.string().optional(),
});

/** Identifies the contracts that this version deploys. */
const codeHash = (): string =>
  keccak256(
    concatHex(['PlugpactMarket', 'PlugpactExtension'].map((name) => committedContract(name).bytecode)),
  );

const hasCode = async (rpcUrl: string, contract: string): Promise<boolean> =>
  (await rpc<string>(rpcUrl, 'eth_getCode', [contract, 'latest'])) !== '0x';

/**
 * The market of this ledger: the one deployed before, if the ledger still has it (a kill within the first
 * seconds loses it), else a new one.
 *
 * @throws PlugpactError `start.otherVersion`: contracts are never changed in place, and this version's programs
 * do not work with those of another version.
 */
export async function ensureDeployed({ dataDir, say }: StartContext, rpcUrl: string): Promise<Deployment> {
  const file = deploymentFile(dataDir);
  if (existsSync(file)) {
    const { codeHash: of, ...known } = Record.parse(JSON.parse(readFileSync(file, 'utf8')));
    if ((await hasCode(rpcUrl, known.market)) && (await hasCode(rpcUrl, known.token))) {
      if (of !== codeHash()) throw otherVersion(known.market);
      return known as Deployment;
    }
    say('The ledger no longer has the recorded market: deploying a new one.');
  } else say('Deploying the market and demo money …');
  const deployment = await deployLocal(rpcUrl);
  const record = { ledgerFormat: LEDGER_FORMAT, ...deployment, codeHash: codeHash() };
  writeFileSync(file, `${JSON.stringify(record, null, 2)}\n`);
  return deployment;
}

const otherVersion = (market: string): PlugpactError =>
  new PlugpactError({
    code: 'start.otherVersion',
    value: `the market ${market}`,
    rule: 'The kept ledger must hold the contracts of this version of Plugpact; it holds those of another one.',
    remedy:
      'Start from nothing with "npm start -- --fresh", or go back to the version that made this ledger.',
  });
