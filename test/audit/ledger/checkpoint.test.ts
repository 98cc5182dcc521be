import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountBook } from '../../../audit/accounting/account-book.ts';
import { accountsIn, bytesOfAccounts, nothingWritten } from '../../../audit/accounting/kept-accounts.ts';
import { auditLedger } from '../../../audit/audit-ledger.ts';
import { readCheckpoint, writeCheckpoint } from '../../../audit/ledger/checkpoint.ts';
import { textsIn } from '../../../audit/ledger/kept-logs.ts';
import { programDigest } from '../../../audit/program.ts';
import { type Anvil, startAnvil } from '../../../scripts/lib/anvil.ts';
import { rpc } from '../../support/anvil.ts';
import { behindProxy, type Lie } from '../faults/proxy.ts';
import { keepsAccounts } from '../resumed.ts';
import { runScenario, type Scenario } from '../scenario.ts';

describe('an audit that goes on from a checkpoint', () => {
  let anvil: Anvil;
  let scenario: Scenario;
  let folder: string;
  beforeAll(async () => {
    anvil = await startAnvil();
    scenario = await runScenario(anvil.url);
    folder = await mkdtemp(join(tmpdir(), 'plugpact-checkpoint-'));
  });
  afterAll(async () => {
    await anvil.stop();
    await rm(folder, { recursive: true });
  });

  const audit = (rpcUrl: string, name?: string) =>
    auditLedger({
      ...{ rpcUrl, market: scenario.market.market },
      ...(name === undefined ? {} : { checkpoint: join(folder, name) }),
    });

  /** The checkpoint of an honest run, with other accounts in it, and sealed. */
  async function withAccounts(name: string, change: (book: AccountBook) => void, program = programDigest()) {
    await audit(anvil.url, name);
    const file = join(folder, name);
    const { accounts, logs, transfers, times, ...place } = (await readCheckpoint(file, programDigest()))!;
    const kept = accountsIn(textsIn(accounts!.ended.bytes), accounts!.rest);
    change(kept.book);
    await writeCheckpoint(file, program, {
      ...place,
      kept: { ...place, logs, transfers, times, accounts: undefined },
      ...{ logs: [], transfers: [] },
      accounts: bytesOfAccounts({ ...kept, written: nothingWritten() }),
    });
    return file;
  }

  const spoil = ({ bookings }: AccountBook) => {
    for (const account of bookings.values()) account.paid += 1n;
  };

  const facts = async (report: ReturnType<typeof audit>) => {
    const { sessions, energyWh, paid, holds, owes, hashes, discrepancies } = await report;
    return { sessions, energyWh, paid, holds, owes, hashes, discrepancies };
  };

  it('says the same, and reads what is new alone', async () => {
    await audit(anvil.url, 'same');
    await rpc(anvil.url, 'anvil_mine', ['0x3']);
    const asked: number[] = [];
    const watch: Lie = ({ method, params }, result) => {
      const [filter] = params as [{ fromBlock: string }];
      if (method === 'eth_getLogs') asked.push(Number(filter.fromBlock));
      return result;
    };
    const again = await behindProxy(anvil.url, watch, (url) => facts(audit(url, 'same')));
    expect(again).toEqual(await facts(audit(anvil.url)));
    expect(Math.min(...asked)).toBeGreaterThan(scenario.market.deployBlock);
  });

  it('refuses a file that was changed, or is none', async () => {
    await audit(anvil.url, 'changed');
    const file = join(folder, 'changed');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('"fromBlock":0', '"fromBlock":1'));
    await expect(audit(anvil.url, 'changed')).rejects.toMatchObject({ code: 'audit.checkpoint' });
    await writeFile(file, 'no JSON');
    await expect(audit(anvil.url, 'changed')).rejects.toMatchObject({ code: 'audit.checkpoint' });
  });

  it('refuses a file with any byte changed', async () => {
    await audit(anvil.url, 'byte');
    const file = join(folder, 'byte');
    const content = await readFile(file);
    for (let at = 0; at < content.length; at += Math.ceil(content.length / 40)) {
      const changed = Buffer.from(content);
      changed[at]! ^= 1;
      await writeFile(file, changed);
      await expect(readCheckpoint(file, programDigest())).rejects.toMatchObject({ code: 'audit.checkpoint' });
    }
  });

  it('takes no accounts that another program computed, but its logs', async () => {
    const file = await withAccounts('program', spoil, 'another program');
    expect((await readCheckpoint(file, programDigest()))?.accounts).toBeUndefined();
    expect(await facts(audit(anvil.url, 'program'))).toEqual(await facts(audit(anvil.url)));
    expect(await keepsAccounts(file)).toBe(true);
  });

  it('refuses accounts that are not those of the logs beside them', async () => {
    await withAccounts('spoilt', spoil);
    await expect(audit(anvil.url, 'spoilt')).rejects.toMatchObject({ code: 'audit.checkpoint' });
  });

  it('holds kept balances against storage, and keeps no accounts of a run that does not reconcile', async () => {
    const file = await withAccounts('balance', ({ purses }) => {
      for (const purse of purses.values()) purse.balance += 1n;
    });
    const { discrepancies } = await audit(anvil.url, 'balance');
    expect(discrepancies.map(({ code }) => code)).toContain('purse.balance');
    expect(await keepsAccounts(file)).toBe(false);
    expect(await facts(audit(anvil.url, 'balance'))).toEqual(await facts(audit(anvil.url)));
  });

  it('keeps nothing of a node that was wrong', async () => {
    const lie: Lie = ({ method }, result) => (method === 'eth_getLogs' ? [result, result].flat() : result);
    await behindProxy(anvil.url, lie, (url) => audit(url, 'wrong'));
    await expect(readFile(join(folder, 'wrong'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('notices receipts that are not those of the checkpoint', async () => {
    await audit(anvil.url, 'other');
    const lie: Lie = ({ method }, result) =>
      method === 'eth_getTransactionReceipt' ? { ...(result as object), logs: [] } : result;
    const { discrepancies } = await behindProxy(anvil.url, lie, (url) => audit(url, 'other'));
    expect(discrepancies[0]).toMatchObject({ code: 'node.receipt' });
  });

  it('reads all again when its block is another one now, and says so', async () => {
    await audit(anvil.url, 'branch');
    await rpc(anvil.url, 'anvil_reorg', [2, []]);
    const { findings } = await audit(anvil.url, 'branch');
    expect(findings.map(({ code }) => code)).toContain('node.checkpoint');
  });
});
