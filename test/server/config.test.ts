import { expect, test } from 'vitest';
import { PlugpactError } from '../../protocol/errors.ts';
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
    relayerKey: undefined,
    faucetKey: undefined,
    publicHosts: [],
    logLevel: 'info',
  });
});

test('all missing required keys are named at once, an empty one included', () => {
  const { code, message } = refusalOf({ RPC_URL: '' });
  expect(code).toBe('config.invalid');
  for (const key of ['RPC_URL', 'MARKET_ADDRESS', 'DATABASE_FILE'])
    expect(message).toContain(`${key} is missing`);
});

test.each([
  ['PORT', '70000', 'whole number from 0 to 65535'],
  ['PORT', '80a', 'whole number'],
  ['RPC_URL', 'ftp://ledger', 'http or https'],
  ['MARKET_ADDRESS', '0x12', '20-byte address'],
  ['DEPLOY_BLOCK', '-1', 'whole number'],
  ['BASEMAP_STYLE_URL', 'style.json', 'http or https'],
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
