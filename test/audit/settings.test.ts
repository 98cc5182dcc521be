import { expect, onTestFinished, test } from 'vitest';
import { parseSettings } from '../../audit/settings.ts';
import { PlugpactError } from '../../protocol/errors.ts';
import { networkOf } from '../../protocol/networks.ts';

const MARKET = `0x${'1'.repeat(40)}` as const;
const PART = `0x${'2'.repeat(40)}` as const;

/** Lets Base have a market for the length of a test. */
function deployedOnBase() {
  const base = networkOf('base');
  onTestFinished(() => {
    base.deployment = null;
  });
  const parts = { extension: PART, ocmfVerifier: PART, passkeyVerifier: PART, depositAddresses: PART };
  base.deployment = { market: MARKET, ...parts, token: PART, deployBlock: 5 };
  return base;
}

const codeOf = (args: string[]): string => {
  try {
    parseSettings(args);
  } catch (error) {
    if (error instanceof PlugpactError) return error.code;
  }
  throw new Error('These arguments were accepted.');
};

test('--network stands for node and market', () => {
  const [rpc] = deployedOnBase().rpcUrls;
  expect(parseSettings(['--network', 'base'])).toEqual({ rpc, market: MARKET, json: false });
});

test('what is given beside --network counts', () => {
  const { rpcUrls } = deployedOnBase();
  const own = ['--network', 'base', '--rpc', 'http://127.0.0.1:8545'];
  expect(parseSettings(own)).toEqual({ rpc: 'http://127.0.0.1:8545', market: MARKET, json: false });
  expect(parseSettings(['--network', 'base', '--market', PART])).toEqual({
    ...{ rpc: rpcUrls[0], market: PART, json: false },
  });
});

test('an unknown network, one without a market, and too little are refused', () => {
  expect(codeOf(['--network', 'basis'])).toBe('network.unknown');
  expect(codeOf(['--network', 'gnosis'])).toBe('network.noMarket');
  expect(codeOf(['--rpc', 'http://127.0.0.1:8545'])).toBe('audit.settings');
  expect(codeOf(['--market', MARKET])).toBe('audit.settings');
  expect(codeOf([])).toBe('audit.settings');
});

test('a market that no network file records yet is audited by its address', () => {
  const [rpc] = networkOf('gnosis').rpcUrls;
  expect(parseSettings(['--network', 'gnosis', '--market', PART])).toEqual({
    rpc,
    market: PART,
    json: false,
  });
});
