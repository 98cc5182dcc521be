import { expect, test } from 'vitest';
import { PlugpactError } from '../../protocol/errors.ts';
import { deploymentOf, NETWORKS, type Network, networkOf, tokenOf } from '../../protocol/networks.ts';

function refusalOf(call: () => unknown): PlugpactError {
  try {
    call();
  } catch (error) {
    if (error instanceof PlugpactError) return error;
  }
  throw new Error('Nothing was refused.');
}

test('each network has the name of its file, a chain of its own and, beside the local one, a node that speaks https', () => {
  const networks = Object.entries(NETWORKS);
  for (const [name, network] of networks) {
    expect(networkOf(name)).toBe(network);
    expect(network.name).toBe(name);
    if (network.layer !== 'local') expect(network.rpcUrls[0]).toMatch(/^https:/);
  }
  expect(new Set(networks.map(([, { chainId }]) => chainId)).size).toBe(networks.length);
});

test.each(['', 'Base', 'toString', '__proto__'])('"%s" is no network: the known ones are named', (name) => {
  const refusal = refusalOf(() => networkOf(name));
  expect(refusal).toMatchObject({ code: 'network.unknown', value: name });
  for (const known of Object.keys(NETWORKS)) expect(refusal.rule).toContain(known);
});

test('a network without a market is refused, with the remedy of the program that asked', () => {
  const without: Network = { ...networkOf('base'), deployment: null };
  const refusal = refusalOf(() => deploymentOf(without));
  expect(refusal).toMatchObject({ code: 'network.noMarket', value: 'base' });
  expect(refusal.message).not.toContain('protocol/networks');
  expect(refusalOf(() => deploymentOf(without, 'Deploy one.')).remedy).toBe('Deploy one.');
});

test('a market is given as it was recorded', () => {
  const address = `0x${'1'.repeat(40)}` as const;
  const parts = { market: address, extension: address, ocmfVerifier: address, passkeyVerifier: address };
  const deployment = { ...parts, depositAddresses: address, token: address, deployBlock: 7 };
  expect(deploymentOf({ ...networkOf('base'), deployment })).toBe(deployment);
});

test('a token of another network is refused, and those of this one are named', () => {
  expect(refusalOf(() => tokenOf(networkOf('base'), 'DAI'))).toMatchObject({
    ...{ code: 'network.noToken', value: 'DAI', rule: expect.stringContaining('USDC, EURC') },
  });
  const none: Network = { ...networkOf('base'), tokens: [] };
  expect(refusalOf(() => tokenOf(none, 'USDC')).rule).toContain('are none');
});

test('a token whose address nobody has read at its issuer is refused, and one with an address is taken', () => {
  const [usdc] = networkOf('base').tokens;
  const unread: Network = { ...networkOf('base'), tokens: [{ ...usdc!, address: null }] };
  expect(refusalOf(() => tokenOf(unread, 'USDC'))).toMatchObject({
    ...{ code: 'network.tokenUnverified', value: 'USDC on base' },
    remedy: expect.stringContaining(usdc!.source),
  });
  const token = { ...usdc!, address: `0x${'2'.repeat(40)}` as const };
  expect(tokenOf({ ...unread, tokens: [token] }, 'USDC')).toEqual(token);
});
