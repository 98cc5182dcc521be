import { copyFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { waitFor } from '../../scripts/lib/wait.ts';
import { previousOf, recoverLedgerState } from '../../scripts/start/ledger-state.ts';
import { rpc } from '../support/anvil.ts';
import { nothingLeft, recordOf, startRun, type TestRun, tempFolder } from './support.ts';

const ACCOUNT = '0x00000000000000000000000000000000000000aa';
const FUNDS = '0xde0b6b3a7640000';

const addressOf = async (run: TestRun): Promise<string> => {
  const line = await run.says(/open http\S+/);
  return line.slice('open '.length);
};

const balanceOf = (url: string): Promise<string> => rpc<string>(url, 'eth_getBalance', [ACCOUNT, 'latest']);

/** Waits for a state on disk that holds the funds, and for its copy. */
const fundsOnDisk = (stateFile: string): Promise<boolean> =>
  waitFor('the funds to be on disk, twice', () =>
    [stateFile, previousOf(stateFile)].every(
      (file) => existsSync(file) && readFileSync(file, 'utf8').includes(FUNDS),
    ),
  );

test('money survives a kill of ledger and supervisor, and the kill is said', async () => {
  const folder = tempFolder();
  const stateFile = join(folder, 'ledger-state.json');
  const first = startRun(folder, 'ledger');
  await rpc(await addressOf(first), 'anvil_setBalance', [ACCOUNT, FUNDS]);
  await fundsOnDisk(stateFile);
  const record = recordOf(folder);
  // Stopped, the supervisor neither notices the end of its guard or of the ledger, nor ends the ledger by its own.
  first.process.kill('SIGSTOP');
  process.kill(record.guard!.pid, 'SIGKILL');
  process.kill(record.children[0]!.pid, 'SIGKILL');
  first.process.kill('SIGKILL');
  await nothingLeft(record);

  const second = startRun(folder, 'ledger');
  const url = await addressOf(second);
  expect(second.output()).toMatch(/was killed: what the ledger did in its last 2 s may be lost/);
  expect(await balanceOf(url)).toBe(FUNDS);
});

test('a ledger that is killed ends the run, and the next start says what that may have cost', async () => {
  const folder = tempFolder();
  const first = startRun(folder, 'ledger');
  await addressOf(first);
  await waitFor('a state on disk', () => existsSync(join(folder, 'ledger-state.json')));
  process.kill(recordOf(folder).children[0]!.pid, 'SIGKILL');
  expect(await first.exit()).toBe(1);
  expect(first.output()).toMatch(/ledger ended by SIGKILL/);

  const second = startRun(folder, 'ledger');
  await addressOf(second);
  expect(second.output()).toMatch(/last 2 s may be lost/);
});

test('a truncated state gives way to the one before, and both intervals are said', async () => {
  const folder = tempFolder();
  const stateFile = join(folder, 'ledger-state.json');
  const first = startRun(folder, 'ledger');
  await rpc(await addressOf(first), 'anvil_setBalance', [ACCOUNT, FUNDS]);
  await fundsOnDisk(stateFile);
  first.process.kill('SIGTERM');
  await first.exit();
  truncateSync(stateFile, 1_000);

  const second = startRun(folder, 'ledger');
  const url = await addressOf(second);
  expect(second.output()).toMatch(/last 4 s may be lost/);
  expect(await balanceOf(url)).toBe(FUNDS);
});

test('an orderly end loses nothing and says nothing of a loss', async () => {
  const folder = tempFolder();
  const first = startRun(folder, 'ledger');
  const firstUrl = await addressOf(first);
  await rpc(firstUrl, 'anvil_setBalance', [ACCOUNT, FUNDS]);
  first.process.kill('SIGINT');
  expect(await first.exit()).toBe(0);

  const second = startRun(folder, 'ledger');
  expect(await balanceOf(await addressOf(second))).toBe(FUNDS);
  expect(second.output()).not.toMatch(/lost/);
});

test('the ledger stays the same one over many restarts, by its first block', async () => {
  const folder = tempFolder();
  const firstHash = async () => {
    const run = startRun(folder, 'ledger');
    const url = await addressOf(run);
    const block = await rpc<{ hash: string }>(url, 'eth_getBlockByNumber', ['0x0', false]);
    // A later first block differs by its time alone, so let the second pass.
    await waitFor('a block', async () => Number(await rpc<string>(url, 'eth_blockNumber')) > 0);
    run.process.kill('SIGTERM');
    await run.exit();
    return block.hash;
  };
  const hashes = [];
  for (let restart = 0; restart < 6; restart++) hashes.push(await firstHash());
  expect(new Set(hashes).size).toBe(1);
});

test('two damaged states are refused, never replaced by an empty ledger', () => {
  const stateFile = join(tempFolder(), 'ledger-state.json');
  writeFileSync(stateFile, '{"accounts":{"0x');
  copyFileSync(stateFile, previousOf(stateFile));
  expect(() => recoverLedgerState(stateFile, true)).toThrow(/--fresh/);
});

test('no state at all is a beginning, not a loss', () => {
  expect(recoverLedgerState(join(tempFolder(), 'ledger-state.json'), true)).toEqual({
    found: false,
    lostSeconds: 0,
  });
});
