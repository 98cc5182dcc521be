import { parentPort, workerData } from 'node:worker_threads';
import type { Artifact } from '../lib/artifacts.ts';
import { type Sources, solc } from './solc.ts';

const { contracts = {} } = solc(workerData as Sources, {
  '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object'] },
});
const artifacts: Record<string, Artifact> = {};
for (const [path, named] of Object.entries(contracts)) {
  const source = /^contracts\/(.+)\.sol$/.exec(path)?.[1];
  const contract = named[source?.split('/').at(-1) ?? ''];
  if (!source || !contract) continue;
  const { bytecode, deployedBytecode } = contract.evm;
  artifacts[source] = {
    abi: contract.abi,
    bytecode: `0x${bytecode.object}`,
    deployedBytecode: `0x${deployedBytecode.object}`,
  };
}
parentPort?.postMessage(artifacts);
