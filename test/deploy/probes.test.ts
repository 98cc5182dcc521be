import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { networkOf } from '../../protocol/networks.ts';
import { probeChain } from '../../scripts/deploy/probe-chain.ts';
import { probeToken } from '../../scripts/deploy/probe-token.ts';
import type { Anvil } from '../../scripts/lib/anvil.ts';
import { askOf, base, deployer, issue, type Shape, startBase, USDC } from './base-ledger.ts';

describe('a chain', () => {
  const nowSec = () => Math.floor(Date.now() / 1000);
  let osaka: Anvil;
  let cancun: Anvil;
  beforeAll(async () => {
    [osaka, cancun] = await Promise.all([startBase('osaka'), startBase('cancun')]);
  });
  afterAll(() => Promise.all([osaka.stop(), cancun.stop()]));

  test('of osaka has CLZ and the P-256 precompile', async () => {
    const facts = await probeChain(askOf(osaka.url), base, nowSec());
    expect(facts).toMatchObject({ hasClz: true, hasP256: true });
  });

  test('of cancun has no CLZ: the other verifier of meter records is deployed', async () => {
    expect(await probeChain(askOf(cancun.url), base, nowSec())).toMatchObject({ hasClz: false });
  });

  test('with another id is refused, and nothing is sent', async () => {
    const call = probeChain(askOf(osaka.url), networkOf('arbitrum-one'), nowSec());
    await expect(call).rejects.toMatchObject({ code: 'deploy.wrongChain', value: 'chain 8453' });
  });

  test('whose newest block is old stands still', async () => {
    const call = probeChain(askOf(osaka.url), base, nowSec() + 86_400);
    await expect(call).rejects.toMatchObject({ code: 'deploy.chainStandsStill' });
  });
});

describe('a token', () => {
  let anvil: Anvil;
  beforeAll(async () => {
    anvil = await startBase('osaka');
  });
  afterAll(() => anvil.stop());

  const probe = async (name: string, version: string, shape: Shape, recorded = { name, version }) => {
    const address = await issue(anvil.url, name, version, shape);
    const token = { address, decimals: shape.decimals, domain: recorded };
    return probeToken(askOf(anvil.url), base.chainId, token, deployer.address);
  };

  test('like USDC 2.2 is taken, and its risks are named', async () => {
    const facts = await probe('USD Coin', '2', USDC);
    expect(facts).toMatchObject({ decimals: 6, hasAuthorizations: true, hasPermit: true });
    expect(facts.risks.join(' ')).toMatch(/block an account.*pause/);
  });

  test('like EURC is taken', async () => {
    expect((await probe('EURC', '2', USDC)).hasAuthorizations).toBe(true);
  });

  test('like a bridged USDC.e without ERC-3009 is taken: its users need another way in', async () => {
    const facts = await probe('USD Coin', '2', { ...USDC, hasAuthorizations: false });
    expect(facts).toMatchObject({ hasAuthorizations: false, hasPermit: true });
  });

  test('like a euro of 18 decimals is refused', async () => {
    const call = probe('Monerium EURe', '1', { ...USDC, decimals: 18 });
    await expect(call).rejects.toMatchObject({ code: 'deploy.tokenDecimals' });
  });

  test('whose domain is recorded wrongly is refused', async () => {
    const call = probe('USD Coin', '2', USDC, { name: 'USDC', version: '2' });
    await expect(call).rejects.toMatchObject({ code: 'deploy.tokenDomain' });
  });

  test('that keeps a part of each transfer is refused', async () => {
    const call = probe('USD Coin', '2', { ...USDC, feeBp: 30n });
    await expect(call).rejects.toMatchObject({ code: 'deploy.feeOnTransfer' });
  });

  test('that is no contract is refused', async () => {
    const token = { address: deployer.address, decimals: 6, domain: { name: 'USD Coin', version: '2' } };
    const call = probeToken(askOf(anvil.url), base.chainId, token);
    await expect(call).rejects.toMatchObject({ code: 'deploy.noToken' });
  });
});
