import { getAddress } from 'viem';
import { expect, onTestFinished, test } from 'vitest';
import { PlugpactError } from '../../protocol/errors.ts';
import { networkOf } from '../../protocol/networks.ts';
import { readConfig } from '../../server/config.ts';

const GOOD = {
  RPC_URL: 'http://127.0.0.1:8545',
  MARKET_ADDRESS: '0x5fbdb2315678afecb367f032d93f642f64180aa3',
  DATABASE_FILE: 'index.sqlite',
};

function refusalOf(env: Record<string, string | undefined>): PlugpactError {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof PlugpactError) return error;
  }
  throw new Error('The configuration was accepted.');
}

test('missing keys have defaults', () => {
  expect(readConfig(GOOD)).toMatchObject({
    port: 8080,
    host: '127.0.0.1',
    market: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
    deployBlock: 0,
    publicRpcUrl: 'http://127.0.0.1:8545',
    passkeyVerifier: undefined,
    depositAddresses: undefined,
    relayerKey: undefined,
    faucetKey: undefined,
    publicHosts: [],
    logLevel: 'info',
  });
});

test('all missing required keys are named at once, an empty one included', () => {
  const { code, message } = refusalOf({ RPC_URL: '' });
  expect(code).toBe('config.invalid');
  for (const key of ['RPC_URL', 'MARKET_ADDRESS', 'DATABASE_FILE or DATABASE_URL'])
    expect(message).toContain(`${key} is missing`);
});

test('the index is in a file or in a PostgreSQL database, whose password is not shown', () => {
  const { DATABASE_FILE, ...others } = GOOD;
  const DATABASE_URL = 'postgres://me:secret@localhost:5432/plugpact';
  const onPostgres = { databaseUrl: DATABASE_URL, databaseFile: undefined };
  expect(readConfig({ ...others, DATABASE_URL })).toMatchObject(onPostgres);
  expect(readConfig(GOOD)).toMatchObject({ databaseUrl: undefined, databaseFile: DATABASE_FILE });
  const both = refusalOf({ ...GOOD, DATABASE_URL });
  expect(both.message).toContain('DATABASE_FILE = "index.sqlite" must be missing beside DATABASE_URL');
  const other = refusalOf({ ...others, DATABASE_URL: 'mysql://me:secret@localhost/plugpact' });
  expect(other.message).toContain('DATABASE_URL = (hidden) must be the URL of a PostgreSQL database');
  for (const { message } of [both, other]) expect(message).not.toContain('secret');
});

test.each([
  ['PORT', '70000', 'whole number from 0 to 65535'],
  ['PORT', '80a', 'whole number'],
  ['RPC_URL', 'ftp://ledger', 'http, https, ws or wss'],
  ['RPC_URL', 'http://127.0.0.1:8545,', 'separated by commas'],
  ['MARKET_ADDRESS', '0x12', '20-byte address'],
  ['PASSKEY_VERIFIER_ADDRESS', '0x12', '20-byte address'],
  ['DEPOSIT_ADDRESSES_ADDRESS', 'none', '20-byte address'],
  ['DEPLOY_BLOCK', '-1', 'whole number'],
  ['BASEMAP_STYLE_URL', 'style.json', 'http or https'],
  ['BASEMAP_STYLE_ORIGINS', 'https://a.example/tiles', 'origins without a path'],
  ['STREETS_STYLE_URL', 'nothing', 'or "none"'],
  ['WALLETCONNECT_PROJECT_ID', 'mine', '32 hexadecimal digits'],
  ['WALLETCONNECT_RELAY_URL', 'https://relay.example', 'wss or ws'],
  ['PUBLIC_HOSTS', 'https://map.example', 'host names'],
  ['LOG_LEVEL', 'loud', 'fatal'],
])('%s = %s is refused with key, value and rule', (key, value, rule) => {
  const { message } = refusalOf({ ...GOOD, [key]: value });
  expect(message).toContain(`${key} = ${JSON.stringify(value)}`);
  expect(message).toContain(rule);
});

test('a bad private key is named, but not shown', () => {
  for (const key of ['RELAYER_PRIVATE_KEY', 'FAUCET_PRIVATE_KEY']) {
    const { message } = refusalOf({ ...GOOD, [key]: '0xabcdefsecret' });
    expect(message).toContain(`${key} = (hidden)`);
    expect(message).not.toContain('abcdefsecret');
  }
});

test('the relayer warns before it stops', () => {
  const { relay } = readConfig({ ...GOOD, RELAY_WARN_BELOW: '0.2', RELAY_STOP_BELOW: '0.1' });
  expect(relay).toMatchObject({ warnBelow: 2n * 10n ** 17n, stopBelow: 10n ** 17n });
  expect(readConfig({ ...GOOD, RELAY_WARN_BELOW: '0.1', RELAY_STOP_BELOW: '0.1' }).relay.warnBelow).toBe(
    10n ** 17n,
  );
  const { message } = refusalOf({
    ...GOOD,
    RELAY_WARN_BELOW: '0.1',
    RELAY_STOP_BELOW: '0.100000000000000001',
  });
  expect(message).toContain('RELAY_WARN_BELOW must not be less than RELAY_STOP_BELOW');
});

/** Lets a network have a market for the length of a test. */
function deployedOn(name: string) {
  const network = networkOf(name);
  const contract = (digit: string) => getAddress(`0x${digit.repeat(40)}`);
  const deployment = {
    ...{ market: contract('1'), extension: contract('2'), ocmfVerifier: contract('3') },
    ...{ passkeyVerifier: contract('4'), depositAddresses: contract('5'), token: contract('6') },
    deployBlock: 1_234,
  };
  onTestFinished(() => {
    network.deployment = null;
  });
  network.deployment = deployment;
  return { deployment, rpcUrls: network.rpcUrls };
}

test('several nodes are named by commas; browsers are told the first that they can use', () => {
  const RPC_URL = 'wss://node.example/key, https://other.example';
  expect(readConfig({ ...GOOD, RPC_URL })).toMatchObject({
    rpcUrls: ['wss://node.example/key', 'https://other.example'],
    publicRpcUrl: 'https://other.example',
  });
});

test('NETWORK stands for node, market and what belongs to it', () => {
  const { deployment, rpcUrls } = deployedOn('base');
  const { market, passkeyVerifier, depositAddresses, deployBlock } = deployment;
  const expected = { rpcUrls, market, passkeyVerifier, depositAddresses, deployBlock };
  expect(readConfig({ NETWORK: 'base', DATABASE_FILE: 'index.sqlite' })).toMatchObject(expected);
  const own = { NETWORK: 'base', RPC_URL: 'http://127.0.0.1:8545', DATABASE_FILE: 'index.sqlite' };
  expect(readConfig(own)).toMatchObject({ ...expected, rpcUrls: [own.RPC_URL] });
});

test('beside a market of its own, NETWORK names no deposit addresses: they would be those of another market', () => {
  const { rpcUrls } = deployedOn('base');
  const { RPC_URL: _, ...own } = GOOD;
  expect(readConfig({ ...own, NETWORK: 'base' })).toMatchObject({
    ...{ rpcUrls, market: getAddress(GOOD.MARKET_ADDRESS), deployBlock: 0 },
    ...{ passkeyVerifier: undefined, depositAddresses: undefined },
  });
});

test('a network that is unknown or has no market is refused', () => {
  const { DATABASE_FILE } = GOOD;
  expect(refusalOf({ NETWORK: 'basis', DATABASE_FILE })).toMatchObject({
    ...{ code: 'network.unknown', value: 'basis', rule: expect.stringContaining('base-sepolia') },
  });
  expect(refusalOf({ NETWORK: 'gnosis', DATABASE_FILE })).toMatchObject({
    ...{ code: 'network.noMarket', remedy: expect.stringContaining('--network gnosis') },
  });
});
