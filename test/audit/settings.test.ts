import { expect, onTestFinished, test } from 'vitest';
import { AuditError } from '../../audit/lib/errors.ts';
import { networkOf } from '../../audit/rules/networks.ts';
import { helpText, optionEntries } from '../../audit/settings/command-options.ts';
import { asksForHelp, parseSettings } from '../../audit/settings/settings.ts';

const MARKET = `0x${'1'.repeat(40)}` as const;
const PART = `0x${'2'.repeat(40)}` as const;
const RPC = 'http://127.0.0.1:8545';
const LEDGER = ['--rpc', RPC, '--market', MARKET];

const DEFAULTS = {
  ...{ maxAgeSec: 600, receipts: false, isStrict: false, isJson: false, reports: [], exports: [] },
};

/** Lets Base have a market for the length of a test. */
function deployedOnBase() {
  const base = networkOf('base');
  onTestFinished(() => {
    base.deployment = null;
  });
  base.deployment = { market: MARKET, extension: PART, ocmfVerifier: PART, token: PART, deployBlock: 5 };
  return base;
}

function refusalOf(args: string[]): AuditError {
  try {
    parseSettings(args);
  } catch (error) {
    if (error instanceof AuditError) return error;
  }
  throw new Error('These arguments were accepted.');
}

test('--network stands for node, market and chain', () => {
  const [rpc] = deployedOnBase().rpcUrls;
  expect(parseSettings(['--network', 'base'])).toEqual({
    ...{ ...DEFAULTS, rpcUrl: [rpc], market: MARKET, chainId: 8453 },
  });
});

test('what is given beside --network counts', () => {
  const { rpcUrls } = deployedOnBase();
  expect(parseSettings(['--network', 'base', '--rpc', RPC, '--chain', '5'])).toEqual({
    ...{ ...DEFAULTS, rpcUrl: [RPC], market: MARKET, chainId: 5 },
  });
  expect(parseSettings(['--network', 'base', '--market', PART])).toEqual({
    ...{ ...DEFAULTS, rpcUrl: [rpcUrls[0]], market: PART, chainId: 8453 },
  });
});

test('an unknown network, one without a market, and too little are refused', () => {
  expect(refusalOf(['--network', 'basis']).code).toBe('network.unknown');
  expect(refusalOf(['--network', 'gnosis']).code).toBe('network.noMarket');
  expect(refusalOf(['--rpc', RPC])).toMatchObject({ code: 'audit.settings', value: 'no --market' });
  expect(refusalOf(['--market', MARKET])).toMatchObject({ code: 'audit.settings', value: 'no --rpc' });
  expect(refusalOf([])).toMatchObject({ code: 'audit.settings', value: 'no --rpc' });
});

test('every option is read', () => {
  const args = [
    ...[...LEDGER, '--rpc', 'https://node.example', '--chain', '31337', '--max-age', '2h'],
    ...['--from', '7', '--to', '12', '--checkpoint', 'audit.json', '--receipts', '--evidence', 'bundles'],
    ...['--api', 'https://charge.example', '--strict', '--json', '--csv', 'out'],
    ...['--report', 'a.html', '--report', 'b.PDF', '--export', 'ocpi=cdrs.json', '--export', 'xml=a=b'],
  ];
  expect(parseSettings(args)).toEqual({
    ...{ rpcUrl: [RPC, 'https://node.example'], market: MARKET, chainId: 31_337, maxAgeSec: 7_200 },
    ...{ fromBlock: 7n, toBlock: 12n, checkpoint: 'audit.json', receipts: true, evidence: 'bundles' },
    ...{ api: 'https://charge.example', isStrict: true, isJson: true, csv: 'out' },
    reports: ['a.html', 'b.PDF'],
    exports: [
      { kind: 'ocpi', path: 'cdrs.json' },
      { kind: 'xml', path: 'a=b' },
    ],
  });
});

test.each([
  [['--max-age', '10'], '--max-age 10: must be a whole number with s, min, h or d'],
  [['--chain', '0x1'], '--chain 0x1: must be a chain ID'],
  [['--from', '-1'], '--from'],
  [['--from', '9', '--to', '8'], '--from 9 --to 8: the first block must not be after the last'],
  [['--report', 'a.docx'], '--report a.docx: must be a file that ends in .html or .pdf'],
  [['--export', 'csv=a'], '--export csv=a: must be KIND=PATH'],
  [['--api', 'ftp://charge.example'], '--api ftp://charge.example: must be an http or https URL'],
  [['--rpc', 'here'], '--rpc here: must be an http or https URL'],
  [['--market', PART], '--market 2 times'],
  [['--csv', ''], '--csv : must not be empty'],
  [['--fast'], '--fast'],
  [['more'], 'more'],
])('%j is refused, naming option and rule', (args, value) => {
  const refusal = refusalOf([...LEDGER, ...args]);
  expect(refusal.code).toBe('audit.settings');
  expect(refusal.value).toContain(value);
});

test('--help names every option and the exit codes, and is asked for beside anything', () => {
  const text = helpText();
  for (const [name, { help }] of optionEntries()) {
    expect(text).toMatch(new RegExp(`^  --${name}\\b`, 'm'));
    expect(help.length).toBeGreaterThan(10);
  }
  for (const line of text.split('\n')) expect(line.length).toBeLessThan(110);
  expect(text).toContain('Exit code 0');
  expect([asksForHelp(['--rpc', '--help']), asksForHelp(LEDGER)]).toEqual([true, false]);
});
