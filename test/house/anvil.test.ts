import { expect, test } from 'vitest';
import { isAlive } from '../../scripts/lib/child.ts';
import { LOCAL_CHAIN_ID, rpc, startAnvil, withAnvil } from '../support/anvil.ts';

test('two local ledgers run side by side on ports of their own', async () => {
  const [first, second] = await Promise.all([startAnvil(), startAnvil()]);
  try {
    expect(first.port).not.toBe(second.port);
    expect(Number(await rpc<string>(first.url, 'eth_chainId'))).toBe(LOCAL_CHAIN_ID);
    await rpc(first.url, 'anvil_mine', ['0x5']);
    expect(Number(await rpc<string>(first.url, 'eth_blockNumber'))).toBe(5);
    expect(Number(await rpc<string>(second.url, 'eth_blockNumber'))).toBe(0);
  } finally {
    await Promise.all([first.stop(), second.stop()]);
  }
});

test('a stopped local ledger leaves no process behind', async () => {
  const pid = await withAnvil({}, async ({ child }) => child.pid);
  expect(isAlive(pid!)).toBe(false);
});

test('a port that is taken ends it with the reason', async () => {
  await withAnvil({}, async ({ port }) => {
    await expect(startAnvil({ port })).rejects.toThrow(/anvil ended with code 1: .*already in use/);
  });
});
