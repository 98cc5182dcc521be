import type { Address, Hex } from 'viem';
import { expect, onTestFinished, test } from 'vitest';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { clientOf, deployTestMarket } from '../../scripts/client/local-market.ts';
import { rpc, startAnvil } from '../../scripts/lib/anvil.ts';
import { ensureCompiled, type HardhatArtifact, readArtifact } from '../../scripts/lib/artifacts.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';

/** Code on a ledger with zeros where the constructor wrote, as the compiler leaves it. */
function withoutImmutables(code: Hex, { immutableReferences }: HardhatArtifact): Hex {
  const bytes = Buffer.from(code.slice(2), 'hex');
  for (const { start, length } of Object.values(immutableReferences).flat()) {
    bytes.fill(0, start, start + length);
  }
  return `0x${bytes.toString('hex')}`;
}

test('the committed contracts run the code that the compiler makes of the sources', async () => {
  await ensureCompiled();
  const anvil = await startAnvil();
  onTestFinished(() => anvil.stop());
  const { market, token } = await deployTestMarket(anvil.url);
  const client = clientOf(anvil.url, localAccount('deployer'));
  const partOf = (functionName: 'EXTENSION' | 'OCMF_VERIFIER'): Promise<Address> =>
    client.readContract({ address: market, abi: plugpactMarketAbi, functionName });
  const deployed = {
    PlugpactMarket: market,
    PlugpactExtension: await partOf('EXTENSION'),
    OcmfVerifier: await partOf('OCMF_VERIFIER'),
    'mocks/DemoToken': token,
  };
  for (const [source, address] of Object.entries(deployed)) {
    const artifact = readArtifact(source);
    const code = await rpc<Hex>(anvil.url, 'eth_getCode', [address, 'latest']);
    expect(withoutImmutables(code, artifact) === artifact.deployedBytecode, source).toBe(true);
  }
});
