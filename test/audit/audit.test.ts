import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { encodeAbiParameters, keccak256, toHex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit as auditCommand, auditLedger } from '../../audit/command.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { unpackedInto } from '../../scripts/pack/packed.ts';
import { rpc } from '../support/anvil.ts';
import { NOBODY_URL } from '../support/stable-port.ts';
import { lastJson, runHere, runProgram, runScript } from './run-script.ts';
import { runScenario, type Scenario } from './scenario.ts';

describe('npm run audit', () => {
  let anvil: Anvil;
  let scenario: Scenario;
  beforeAll(async () => {
    anvil = await startAnvil();
    scenario = await runScenario(anvil.url);
  });
  afterAll(() => anvil.stop());

  const ledger = () => ['--rpc', anvil.url, '--market', scenario.market.market];
  const audit = (...args: string[]) => runHere(auditCommand, args);

  it('ends with 0 and shows every session’s units and the totals when the ledger reconciles', async () => {
    const { code, stdout, stderr } = await audit(...ledger());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      new RegExp(`${scenario.settled.bookingId} +FULFILLED +2000 +0\\.575000 +5\\.425000`),
    );
    expect(stdout).toContain(scenario.open.bookingId);
    expect(stdout).toMatch(/^total +6500 +2\.375000 +45\.625000$/m);
    expect(stdout).toContain('The ledger reconciles.');
  });

  describe('packed, away from the repository', () => {
    const folder = mkdtempSync(join(tmpdir(), 'plugpact-audit-'));
    let program: string;
    beforeAll(async () => {
      program = await unpackedInto(folder, 'audit');
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it('with --json writes one object as the only line of standard output, the rest to standard error', async () => {
      const ended = await runProgram([program, ...ledger(), '--json', '--strict']);
      expect(ended.code).toBe(0);
      expect(ended.stdout.trim().split('\n')).toHaveLength(1);
      expect(lastJson(ended)).toMatchObject({
        verdict: 'reconciles',
        reconciles: true,
        sessions: 4,
        energyWh: 6_500,
        paid: String(575_000 + 500_000 + 450_000 + 325_000 + 525_000),
        refunded: String(8 * 6_000_000 - 575_000 - 500_000 - 450_000 - 325_000 - 525_000),
        forfeited: '0',
        discrepancies: [],
        consequences: [],
        findings: [],
        unverifiable: [],
        block: { number: expect.any(Number), hash: expect.stringMatching(/^0x[0-9a-f]{64}$/) },
        hashes: { logs: expect.stringMatching(/^0x[0-9a-f]{64}$/) },
      });
      expect(ended.stderr).toContain('The ledger reconciles.');
    });

    it('writes reports, tables and exports', async () => {
      const out = join(folder, 'out');
      const at = (name: string) => join(out, name);
      const reports = ['--csv', out, '--report', join(folder, 'a.html'), '--report', join(folder, 'a.pdf')];
      const exported = ['--export', `ocpi=${join(folder, 'cdrs.json')}`];
      const ended = await runProgram([program, ...ledger(), ...reports, ...exported]);
      expect(ended.code, ended.stderr).toBe(0);
      for (const name of ['sessions.csv', 'money.csv', 'meters.csv'])
        expect(readFileSync(at(name), 'utf8')).toContain('bookingId');
      expect(readFileSync(join(folder, 'a.html'), 'utf8')).toContain('plugpact-audit 0.');
      expect(readFileSync(join(folder, 'a.pdf'), 'latin1')).toMatch(/^%PDF-/);
      expect(existsSync(join(folder, 'cdrs.json'))).toBe(true);
    });

    it('shows what it takes, and says what it was refused for', async () => {
      const help = await runProgram([program, '--help']);
      expect(help).toMatchObject({ code: 0, stderr: '' });
      expect(help.stdout).toContain('--max-age TIME');
      const refused = await runProgram([program, '--network', 'basis']);
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toContain('A network is one of');
    });

    it('brings along how a session is checked by hand: the page, its script and its example', async () => {
      const beside = (name: string) => join(dirname(program), '..', name);
      const page = readFileSync(beside('README.md'), 'utf8');
      expect(page).toContain('plugpact-audit --rpc URL');
      const evidence = /^SETTLED=0x[0-9a-f]{128}([0-9a-f]{64})/m.exec(page)?.[1];
      for (const kind of ['jsonl', 'salt'])
        expect(existsSync(beside(`example-session/${evidence}.${kind}`))).toBe(true);
      const hashed = await runProgram([beside('by-hand.mjs'), 'keccak', '']);
      expect(hashed).toMatchObject({ code: 0, stdout: `${keccak256('0x').slice(2)}\n` });
    });
  });

  it('gives the same to the program that calls it as a function', async () => {
    const { reconciles, sessions, owes, holds } = await auditLedger({
      rpcUrl: anvil.url,
      market: scenario.market.market,
    });
    expect({ reconciles, sessions, surplus: holds - owes }).toEqual({
      reconciles: true,
      sessions: 4,
      surplus: 0n,
    });
  });

  it('ends with 1 and names the discrepancy when the market lost money it owes', async () => {
    const { market, token } = scenario.market;
    const snapshot = await rpc<string>(anvil.url, 'evm_snapshot');
    await setTokenBalance(token, market, 1n);
    const ended = await audit(...ledger(), '--json');
    await rpc(anvil.url, 'evm_revert', [snapshot]);
    expect(ended.code).toBe(1);
    const { reconciles, discrepancies } = lastJson(ended);
    expect(reconciles).toBe(false);
    expect(discrepancies.map(({ code }: { code: string }) => code)).toEqual(['market.insolvent']);
    expect(ended.stderr).toContain('DISCREPANCY market.insolvent');
  });

  /** Overwrites a balance in the demo token's first storage slot, as no call of it could. */
  async function setTokenBalance(token: string, holder: `0x${string}`, units: bigint): Promise<void> {
    const position = encodeAbiParameters([{ type: 'address' }, { type: 'uint256' }], [holder, 0n]);
    await rpc(anvil.url, 'anvil_setStorageAt', [token, keccak256(position), toHex(units, { size: 32 })]);
    await rpc(anvil.url, 'evm_mine');
  }

  it.each([
    ['no option', () => [], /no --rpc/],
    ['no market', () => ['--rpc', anvil.url], /no --market/],
    [
      'an address that is none',
      () => ['--rpc', anvil.url, '--market', '0x12'],
      /--market 0x12: must be a 20-byte/,
    ],
    [
      'an RPC that is no URL',
      () => ['--rpc', 'here', '--market', scenario.market.market],
      /--rpc here: must be/,
    ],
    ['an option that does not exist', () => [...ledger(), '--fast'], /--fast/],
  ])('ends with 2 and says what it takes for %s', async (_, args, says) => {
    const { code, stdout, stderr } = await audit(...args());
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(says);
    expect(stderr).toContain('--rpc URL and --market ADDRESS, or --network NAME');
  });

  it('ends with 2 when nobody answers at the RPC address', async () => {
    const args = ['--rpc', NOBODY_URL, '--market', scenario.market.market];
    const { code, stderr } = await runScript('audit', args);
    expect(code).toBe(2);
    expect(stderr).toContain('Check the address after --rpc');
  });

  it('ends with 2 when there is no contract at the address, or one that is no market', async () => {
    for (const other of [`0x${'12'.repeat(20)}`, scenario.market.token]) {
      const { code, stderr } = await audit('--rpc', anvil.url, '--market', other);
      expect(code).toBe(2);
      expect(stderr).toContain('must be a Plugpact market');
    }
  });
});
