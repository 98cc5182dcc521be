import { createWalletClient, http, parseGwei, recoverAddress, zeroAddress } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { waitForTransactionReceipt } from 'viem/actions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Faults } from '../../audit/ledger/node-faults.ts';
import { ledgerClient } from '../../audit/ledger/read-ledger.ts';
import { readTransactions, type Transaction } from '../../audit/ledger/transactions.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { rpc } from '../support/anvil.ts';

const SENDER = localAccount('host');

describe('reading transactions', () => {
  let anvil: Anvil;
  const hashes: `0x${string}`[] = [];
  beforeAll(async () => {
    anvil = await startAnvil();
    const wallet = createWalletClient({ account: SENDER, transport: http(anvil.url) });
    const base = { to: zeroAddress, data: '0x01020304', value: 0n, gas: 100_000n } as const;
    const fees = { maxFeePerGas: parseGwei('5'), maxPriorityFeePerGas: 1n };
    const accessList = [{ address: zeroAddress, storageKeys: [`0x${'00'.repeat(32)}` as const] }];
    const authorization = await wallet.signAuthorization({
      account: privateKeyToAccount(`0x${'11'.repeat(32)}`),
      contractAddress: zeroAddress,
      chainId: 31_337,
      nonce: 0,
    });
    const kinds = [
      { type: 'legacy', gasPrice: parseGwei('5') },
      { type: 'eip2930', gasPrice: parseGwei('5'), accessList },
      { type: 'eip1559', ...fees, accessList },
      { type: 'eip1559', ...fees, value: 7n },
      { type: 'eip7702', ...fees, authorizationList: [authorization] },
    ];
    for (const kind of kinds) {
      const hash = await wallet.sendTransaction({ ...base, ...kind } as never);
      // The node gives a hash before it has mined the transaction.
      await waitForTransactionReceipt(wallet, { hash });
      hashes.push(hash);
    }
  });
  afterAll(() => anvil.stop());

  const readAll = async (wanted: `0x${string}`[], faults = new Faults(), url = anvil.url) => {
    const found: Transaction[] = [];
    for await (const one of readTransactions(ledgerClient(url), wanted, faults)) found.push(one);
    return found;
  };

  it('gives each once, of every kind, with what its sender signed', async () => {
    const faults = new Faults();
    const found = await readAll([...hashes, ...hashes], faults);
    expect(faults.size).toBe(0);
    expect(found.map(({ hash }) => hash)).toEqual(hashes);
    for (const { from, input, signed } of found) {
      expect(input).toBe('0x01020304');
      const { digest, signature } = signed!;
      expect((await recoverAddress({ hash: digest, signature })).toLowerCase()).toBe(from.toLowerCase());
      expect(from.toLowerCase()).toBe(SENDER.address.toLowerCase());
    }
  });

  it('names one that the node does not know, and goes on', async () => {
    const faults = new Faults();
    const unknown = `0x${'ab'.repeat(32)}` as const;
    const found = await readAll([unknown, hashes[0]!], faults);
    expect(found.map(({ hash }) => hash)).toEqual([hashes[0]]);
    expect(faults.list()).toMatchObject([{ code: 'node.transactionMissing', tx: unknown }]);
  });

  it('refuses calldata that does not make the hash', async () => {
    const client = ledgerClient(anvil.url);
    const lying = {
      request: async ({ params }: { params: [string] }) => {
        const honest = await rpc<object>(anvil.url, 'eth_getTransactionByHash', params);
        return { ...honest, input: '0x01020305' };
      },
    } as unknown as typeof client;
    const faults = new Faults();
    for await (const one of readTransactions(lying, hashes, faults)) expect(one).toBeUndefined();
    expect(new Set(faults.list().map(({ code }) => code))).toEqual(new Set(['node.transactionHash']));
  });
});
