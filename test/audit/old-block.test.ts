import { afterAll, beforeAll, expect, test } from 'vitest';
import { audit as auditCommand, auditLedger } from '../../audit/command.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { deployTestMarket, fundDriver, type TestMarket } from '../support/market.ts';
import { lastJson, runHere } from './run-script.ts';

const THREE_HOURS_SEC = 3 * 3_600;

let anvil: Anvil;
let market: TestMarket;

/** A ledger whose newest block is three hours old: its node stands still. */
beforeAll(async () => {
  const genesisAt = Math.floor(Date.now() / 1_000) - THREE_HOURS_SEC;
  anvil = await startAnvil({ more: ['--timestamp', String(genesisAt)] });
  market = await deployTestMarket(anvil.url);
  await fundDriver(market);
});
afterAll(() => anvil.stop());

const audit = (...args: string[]) =>
  runHere(auditCommand, ['--rpc', anvil.url, '--market', market.market, '--json', ...args]);

test('an audit whose newest block is older than --max-age refuses to run, and says which block that is', async () => {
  for (const maxAge of [['--max-age', '2h'], []]) {
    const { code, stdout, stderr } = await audit(...maxAge);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/block \d+ of \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ, 3 h old/);
    expect(stderr).toContain(maxAge.length > 0 ? 'may be 2 h old' : 'may be 10 min old');
    expect(stderr).toContain('--max-age');
  }
});

test('within --max-age, or at a block that was asked for, the old block is audited and its age is said', async () => {
  const { blockNumber } = (await auditLedger({ rpcUrl: anvil.url, market: market.market })).pin;
  for (const asked of [
    ['--max-age', '4h'],
    ['--to', String(blockNumber)],
  ]) {
    const { code, ...ended } = await audit(...asked);
    const { verdict, ageSec, block } = lastJson({ code, ...ended });
    expect({ code, verdict, number: block.number }).toEqual({
      ...{ code: 0, verdict: 'reconciles', number: Number(blockNumber) },
    });
    expect(ageSec).toBeGreaterThanOrEqual(THREE_HOURS_SEC - 60);
  }
});

test('who calls the audit without a limit of age gets the old block as a finding', async () => {
  const task = { rpcUrl: anvil.url, market: market.market };
  const stale = { code: 'ledger.stale', detail: expect.stringContaining('3 h old') };
  expect((await auditLedger(task)).findings).toContainEqual(expect.objectContaining(stale));
  await expect(auditLedger({ ...task, maxAgeSec: 3_600 })).rejects.toMatchObject({ code: 'ledger.stale' });
});
