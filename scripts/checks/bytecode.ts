import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Abi } from 'viem';
import type { HardhatArtifact } from '../lib/artifacts.ts';
import type { CommittedContract, CommittedContracts, ContractSources } from '../lib/committed-contracts.ts';
import { ROOT } from '../lib/paths.ts';

/** The contracts that `npm start`, `npm run demo`, `npm run deploy` and `npm run bench` deploy, by their file under
 * `contracts/`. */
const DEPLOYED = [
  'PlugpactMarket',
  'PlugpactExtension',
  'OcmfVerifier',
  'OcmfVerifierWithoutClz',
  'PasskeyVerifier',
  'DepositAddresses',
  'mocks/DemoToken',
  'mocks/WebAuthnVerifier',
];

type Reader = (source: string) => HardhatArtifact;

/** Settings of the compiler that decide the bytecode: without what it shall print and where libraries are. */
export function settingsOf({ buildInfoId }: HardhatArtifact): object {
  const file = join(ROOT, 'artifacts/build-info', `${buildInfoId}.json`);
  const {
    outputSelection: _printed,
    remappings: _where,
    ...settings
  } = JSON.parse(readFileSync(file, 'utf8')).input.settings;
  return settings;
}

function committedOf(source: string, artifact: HardhatArtifact, settings: object): CommittedContract {
  if (Object.keys(artifact.linkReferences).length > 0) {
    throw new Error(
      `${source} is linked to libraries, which the deployment (scripts/deploy.ts) does not do.`,
    );
  }
  // Behind it is the code of what the constructor creates, if it creates anything.
  const deployedAt = artifact.bytecode.indexOf(artifact.deployedBytecode.slice(2));
  if (deployedAt < 0) {
    throw new Error(`${source}: the code that creates it does not hold the code on the ledger.`);
  }
  return {
    constructorAbi: (artifact.abi as Abi).filter(({ type }) => type === 'constructor'),
    bytecode: artifact.bytecode,
    deployedFrom: deployedAt / 2 - 1,
    deployedBytes: artifact.deployedBytecode.length / 2 - 1,
    immutables: Object.values(artifact.immutableReferences).flat(),
    settings,
  };
}

/** The text of `protocol/contracts.json` for these sources and what the compiler made of them. */
export function generateContracts(
  madeFrom: ContractSources,
  artifactOf: Reader,
  settings: (artifact: HardhatArtifact) => object,
): string {
  const contracts = DEPLOYED.map((source) => {
    const artifact = artifactOf(source);
    return [source, committedOf(source, artifact, settings(artifact))] as const;
  });
  const committed: CommittedContracts = { madeFrom, contracts: Object.fromEntries(contracts) };
  return `${JSON.stringify(committed, null, 2)}\n`;
}
