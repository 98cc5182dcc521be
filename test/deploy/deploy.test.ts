import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Address, Hex } from 'viem';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import type { NetworkDeployment } from '../../protocol/networks.ts';
import { differencesOf } from '../../scripts/deploy/check-live.ts';
import { deployCommand } from '../../scripts/deploy/command.ts';
import { CREATE2_FACTORY } from '../../scripts/deploy/create2.ts';
import { type DeploymentPlan, deployPlan, planOf } from '../../scripts/deploy/deploy-network.ts';
import { firstBlockOf } from '../../scripts/deploy/first-block.ts';
import { probeChain } from '../../scripts/deploy/probe-chain.ts';
import { readContract } from '../../scripts/deploy/read-contract.ts';
import { recordDeployment } from '../../scripts/deploy/record.ts';
import { type Anvil, rpc } from '../../scripts/lib/anvil.ts';
import { ROOT } from '../../scripts/lib/paths.ts';
import { tempFolder } from '../house/support.ts';
import { askOf, base, deployer, issue, startBase, USDC } from './base-ledger.ts';

const OSAKA = { hasClz: true };
const CANCUN = { hasClz: false };

/** Deploys on a node that stands for Base; `interruptAt` ends it before that contract is created. */
async function deployOn(url: string, plan: DeploymentPlan, token: Address, interruptAt = 'nothing') {
  const said: string[] = [];
  const say = (line: string) => {
    said.push(line);
    if (line.startsWith(`${interruptAt}: creating`)) throw new Error('interrupted');
  };
  const options = { network: base, rpcUrl: url, ask: askOf(url), account: deployer, plan, say };
  const created = () => said.filter((line) => line.includes('creating')).map((line) => line.split(':')[0]);
  return { created, deployed: deployPlan(options, token) };
}

const blockNumber = async (url: string) => Number(await rpc<Hex>(url, 'eth_blockNumber'));

describe('a market on a network', () => {
  let anvil: Anvil;
  let token: Address;
  let plan: DeploymentPlan;
  let deployment: NetworkDeployment;
  beforeAll(async () => {
    anvil = await startBase('osaka');
    token = await issue(anvil.url, 'USD Coin', '2', USDC);
    plan = planOf(base, { address: token, decimals: 6 }, OSAKA);
    deployment = await (await deployOn(anvil.url, plan, token)).deployed;
  });
  afterAll(() => anvil.stop());

  const differences = (change: Partial<NetworkDeployment> = {}, facts = OSAKA) =>
    differencesOf(askOf(anvil.url), { ...base, deployment: { ...deployment, ...change } }, facts);

  test('is where the plan says, in the token, with the windows of the network', async () => {
    for (const [name, { address }] of Object.entries(plan)) {
      expect(deployment[name as keyof DeploymentPlan]).toBe(address);
    }
    expect(deployment).toMatchObject({
      token,
      deployBlock: await firstBlockOf(askOf(anvil.url), plan.market.address),
    });
    const read = (name: string) => readContract(askOf(anvil.url), deployment.market, plugpactMarketAbi, name);
    expect(await read('TOKEN')).toBe(token);
    expect(await read('REPORT_SEC')).toBe(BigInt(base.windows.reportSec));
  });

  test('is not created twice', async () => {
    const before = await blockNumber(anvil.url);
    const again = await deployOn(anvil.url, plan, token);
    expect(await again.deployed).toEqual(deployment);
    expect(again.created()).toEqual([]);
    expect(await blockNumber(anvil.url)).toBe(before);
  });

  test('differs in nothing from the sources and settings that it is made from', async () => {
    expect(await differences()).toEqual([]);
  });

  test('differs where its code was changed, and where there is none', async () => {
    const { market } = deployment;
    const code = await rpc<Hex>(anvil.url, 'eth_getCode', [market, 'latest']);
    onTestFinished(() => rpc(anvil.url, 'anvil_setCode', [market, code]).then(() => undefined));
    const lastDigit = code.endsWith('0') ? '1' : '0';
    await rpc(anvil.url, 'anvil_setCode', [market, `${code.slice(0, -1)}${lastDigit}`]);
    expect(await differences()).toEqual([`market: the code at ${market} is not that of PlugpactMarket`]);
    await rpc(anvil.url, 'anvil_setCode', [market, `${code}00`]);
    expect((await differences())[0]).toMatch(/^market: \d+ bytes at .* where PlugpactMarket has \d+$/);
    await rpc(anvil.url, 'anvil_setCode', [market, '0x']);
    expect((await differences())[0]).toBe(`market: there is no contract at ${market}`);
  });

  test('differs where the record names parts or a token that are not its own', async () => {
    const other = await issue(anvil.url, 'USD Coin', '2', USDC);
    const named = (found: string[]) => [...new Set(found.map((line) => line.split(':')[0]))];
    expect(named(await differences({ token: other }))).toEqual(['extension', 'market', 'depositAddresses']);
    expect((await differences({ token: other })).at(-1)).toContain(`TOKEN is ${token}, recorded is ${other}`);
    const theirs = planOf(base, { address: other, decimals: 6 }, OSAKA);
    const second = await (await deployOn(anvil.url, theirs, other)).deployed;
    const { depositAddresses } = second;
    expect(await differences({ depositAddresses })).toEqual([
      expect.stringContaining(`recorded is ${depositAddresses}`),
    ]);
    expect(await differences({ token: deployer.address })).toContain(
      `token: ${deployer.address} does not say its decimals`,
    );
  });

  test('differs where the settings of the network are others', async () => {
    const windows = { ...base.windows, reportSec: base.windows.reportSec / 2 };
    const found = await differencesOf(askOf(anvil.url), { ...base, windows, deployment }, OSAKA);
    expect(found.map((line) => line.split(':')[0])).toEqual(['extension', 'market', 'depositAddresses']);
  });

  test('is recorded in the file of its network', () => {
    const root = tempFolder();
    const file = join('protocol', 'networks', 'base.json');
    mkdirSync(join(root, 'protocol', 'networks'), { recursive: true });
    cpSync(join(ROOT, file), join(root, file));
    expect(recordDeployment('base', deployment, root)).toBe(file);
    expect(JSON.parse(readFileSync(join(root, file), 'utf8'))).toEqual({ ...base, deployment });
  });
});

describe('an interrupted deployment', () => {
  test.each([
    ['PlugpactMarket', ['PlugpactMarket', 'DepositAddresses']],
    ['DepositAddresses', ['DepositAddresses']],
  ])('before %s goes on there', async (interruptAt, rest) => {
    const anvil = await startBase('osaka');
    onTestFinished(() => anvil.stop());
    const token = await issue(anvil.url, 'USD Coin', '2', USDC);
    const plan = planOf(base, { address: token, decimals: 6 }, OSAKA);
    const first = await deployOn(anvil.url, plan, token, interruptAt);
    await expect(first.deployed).rejects.toThrow('interrupted');
    await rpc(anvil.url, 'anvil_mine', ['0x5']);
    const second = await deployOn(anvil.url, plan, token);
    const deployment = await second.deployed;
    expect(second.created()).toEqual(rest);
    const { market, deployBlock } = deployment;
    const codeAt = (block: number) => rpc<Hex>(anvil.url, 'eth_getCode', [market, `0x${block.toString(16)}`]);
    expect([await codeAt(deployBlock - 1), (await codeAt(deployBlock)).length > 2]).toEqual(['0x', true]);
    expect(await differencesOf(askOf(anvil.url), { ...base, deployment }, OSAKA)).toEqual([]);
  });

  test('whose blocks the node has forgotten says so', async () => {
    const ask = async <T>(method: string): Promise<T> => {
      if (method === 'eth_blockNumber') return '0x10' as T;
      throw new Error('missing trie node');
    };
    await expect(firstBlockOf(ask, deployer.address)).rejects.toMatchObject({ code: 'deploy.noHistory' });
  });
});

describe('a chain of cancun', () => {
  let anvil: Anvil;
  beforeAll(async () => {
    anvil = await startBase('cancun');
  });
  afterAll(() => anvil.stop());

  test('gets the verifier that does without CLZ', async () => {
    const ask = askOf(anvil.url);
    const facts = await probeChain(ask, base, Math.floor(Date.now() / 1000));
    const token = await issue(anvil.url, 'USD Coin', '2', USDC);
    const plan = planOf(base, { address: token, decimals: 6 }, facts);
    expect(plan.ocmfVerifier.source).toBe('OcmfVerifierWithoutClz');
    const deployment = await (await deployOn(anvil.url, plan, token)).deployed;
    const recorded = { ...base, deployment };
    expect(await differencesOf(ask, recorded, CANCUN)).toEqual([]);
    expect((await differencesOf(ask, recorded, OSAKA))[0]).toMatch(/^ocmfVerifier: .*OcmfVerifier has/);
  });

  test('without the deterministic deployer gets nothing', async () => {
    const token = await issue(anvil.url, 'USD Coin', '2', USDC);
    const plan = planOf(base, { address: token, decimals: 6 }, CANCUN);
    const code = await rpc<Hex>(anvil.url, 'eth_getCode', [CREATE2_FACTORY, 'latest']);
    await rpc(anvil.url, 'anvil_setCode', [CREATE2_FACTORY, '0x']);
    onTestFinished(() => rpc(anvil.url, 'anvil_setCode', [CREATE2_FACTORY, code]).then(() => undefined));
    const { created, deployed } = await deployOn(anvil.url, plan, token);
    await expect(deployed).rejects.toMatchObject({ code: 'deploy.noFactory' });
    expect(created()).toEqual([]);
  });

  test.each([
    [['--network', 'basis'], 'basis'],
    [[], 'no --network'],
    [['--network', 'base'], 'no --token'],
    [['--network', 'base', '--token', 'USDC'], 'never guessed'],
    [['--network', 'base', '--token', 'XYZ'], 'The tokens of base are USDC, EURC'],
    [['--network', 'gnosis', '--token', 'USDC'], 'chain 8453'],
    [['--network', 'base', '--check'], 'names no market'],
  ])('command %j is refused before anything is sent', async (args, why) => {
    vi.stubEnv('RPC_URL', anvil.url);
    const said: unknown[] = [];
    vi.spyOn(console, 'error').mockImplementation((line) => void said.push(line));
    const before = await blockNumber(anvil.url);
    expect(await deployCommand(args)).toBe(2);
    expect(said.join('\n')).toContain(why);
    expect(await blockNumber(anvil.url)).toBe(before);
  });
});
