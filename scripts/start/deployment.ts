import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { concatHex, keccak256 } from 'viem';
import { z } from 'zod';
import { PlugpactError } from '../../protocol/errors.ts';
import { address } from '../../protocol/schemas.ts';
import { type Deployment, deployLocal } from '../deploy/deploy-market.ts';
import { sourcesFor } from '../deploy/deploy-network.ts';
import { rpc } from '../lib/anvil.ts';
import { committedContract } from '../lib/committed-contracts.ts';
import type { StartContext } from './child-spec.ts';
import { deploymentFile, LEDGER_FORMAT } from './ledger-format.ts';

/** What the records of all versions have. */
const Kept = z.looseObject({
  market: address,
  token: address,
  /** Identifies the contracts; records of the first version do not have it. */
  codeHash: z.string().optional(),
});

const CONTRACTS = {
  market: address,
  extension: address,
  ocmfVerifier: address,
  passkeyVerifier: address,
  depositAddresses: address,
  token: address,
};

const Known = z.object({ chainId: z.int(), ...CONTRACTS, deployBlock: z.int().nonnegative() });

/** Identifies the contracts that this version deploys. */
const codeHash = (): string => {
  const sources = [...Object.values(sourcesFor({ hasClz: true })), 'mocks/DemoToken'];
  return keccak256(concatHex(sources.map((name) => committedContract(name).bytecode)));
};

const hasCode = async (rpcUrl: string, contract: unknown): Promise<boolean> =>
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
    const known = await knownDeployment(rpcUrl, JSON.parse(readFileSync(file, 'utf8')));
    if (known !== undefined) return known;
    say('The ledger no longer has the recorded market: deploying a new one.');
  } else say('Deploying the market and demo money …');
  const deployment = await deployLocal(rpcUrl);
  const record = { ledgerFormat: LEDGER_FORMAT, ...deployment, codeHash: codeHash() };
  writeFileSync(file, `${JSON.stringify(record, null, 2)}\n`);
  return deployment;
}

/** The recorded deployment, if the ledger still has all of it. */
async function knownDeployment(rpcUrl: string, record: unknown): Promise<Deployment | undefined> {
  const { market, token, codeHash: of } = Kept.parse(record);
  if (!(await hasCode(rpcUrl, market)) || !(await hasCode(rpcUrl, token))) return undefined;
  if (of !== codeHash()) throw otherVersion(market);
  const known = Known.parse(record) as Deployment;
  const contracts = Object.keys(CONTRACTS) as (keyof Deployment)[];
  const found = await Promise.all(contracts.map((name) => hasCode(rpcUrl, known[name])));
  return found.every(Boolean) ? known : undefined;
}

const otherVersion = (market: string): PlugpactError =>
  new PlugpactError({
    code: 'start.otherVersion',
    value: `the market ${market}`,
    rule: 'The kept ledger must hold the contracts of this version of Plugpact; it holds those of another one.',
    remedy:
      'Start from nothing with "npm start -- --fresh", or go back to the version that made this ledger.',
  });
