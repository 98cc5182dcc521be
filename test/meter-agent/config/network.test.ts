import { beforeEach, expect, test, vi } from 'vitest';
import { configText } from '../../../meter-agent/cli/config-text.ts';
import { configJsonSchema, parseConfig } from '../../../meter-agent/config/check.ts';
import { rpcUrlsOf } from '../../../meter-agent/config/config.ts';
import { parseConfigText } from '../../../meter-agent/config/file.ts';
import { NETWORKS } from '../../../protocol/networks.ts';
import { deploymentWith } from '../support/networks.ts';

const MARKET = `0x${'11'.repeat(20)}` as const;
const OWN_MARKET = `0x${'22'.repeat(20)}` as const;
const HOME = { apiUrl: 'http://127.0.0.1:8080', ocpp: { port: 8180 }, dataDir: 'data' };

beforeEach(() => {
  vi.spyOn(NETWORKS.base, 'deployment', 'get').mockReturnValue(deploymentWith(MARKET, 77));
});

test('a network stands for address, market, first block and confirmations', () => {
  const { rpcUrls, confirmations } = NETWORKS.base;
  expect(parseConfig({ ...HOME, network: 'base' })).toMatchObject({
    rpcUrl: rpcUrls,
    market: MARKET,
    deployBlock: 77,
    confirmations,
  });
});

test('what the file says itself counts', () => {
  const own = { rpcUrl: 'http://127.0.0.1:8545', deployBlock: 80, confirmations: 2 };
  expect(parseConfig({ ...HOME, network: 'base', ...own })).toMatchObject({ ...own, market: MARKET });
});

test('another market than the network’s is followed from its own first block', () => {
  const config = { ...HOME, network: 'base', market: OWN_MARKET };
  expect(parseConfig(config)).toMatchObject({ market: OWN_MARKET, deployBlock: 0 });
  expect(parseConfig({ ...config, network: 'gnosis' })).toMatchObject({
    rpcUrl: NETWORKS.gnosis.rpcUrls,
    market: OWN_MARKET,
  });
});

test('a network that is unknown, or has no market, is refused with what to do', () => {
  const unknown = expect.objectContaining({
    code: 'config.invalid',
    value: 'network = "bass", line 4 of agent.yaml',
  });
  const text = `apiUrl: ${HOME.apiUrl}\nocpp: { port: 8180 }\ndataDir: data\nnetwork: bass\n`;
  expect(() => parseConfigText(text, 'agent.yaml')).toThrow(unknown);
  const noMarket = expect.objectContaining({ code: 'network.noMarket', value: 'gnosis' });
  expect(() => parseConfig({ ...HOME, network: 'gnosis' })).toThrow(noMarket);
});

test('the schema wants a network, or address and market', () => {
  expect(configJsonSchema()).toMatchObject({
    required: ['apiUrl', 'ocpp', 'dataDir'],
    anyOf: [{ required: ['network'] }, { required: ['rpcUrl', 'market'] }],
  });
});

test('the ledger has one address or several, of which the first is asked', () => {
  const urls = ['http://127.0.0.1:8545', 'https://node.example/key'];
  const own = { ...HOME, market: MARKET };
  expect(rpcUrlsOf(parseConfig({ ...own, rpcUrl: urls }))).toEqual(urls);
  expect(rpcUrlsOf(parseConfig({ ...own, rpcUrl: urls[0] }))).toEqual([urls[0]]);
  const wrong = expect.objectContaining({ rule: expect.stringContaining('rpcUrl') });
  for (const rpcUrl of ['ws://127.0.0.1', [], ['http://127.0.0.1', 'nowhere'], 7]) {
    expect(() => parseConfig({ ...own, rpcUrl })).toThrow(wrong);
  }
});

test('the commented file with a network leaves the ledger’s own keys to it, and shows what it says', () => {
  const standing = { rpcUrl: NETWORKS.base.rpcUrls, market: MARKET, deployBlock: 77, confirmations: 20 };
  const text = configText({ ...HOME, network: 'base' }, 'agent.schema.json', standing);
  expect(text).toContain('\nnetwork: base\n');
  expect(text).toContain(`\n# market: "${MARKET}"\n`);
  expect(text).toContain(`\n# rpcUrl: [ ${NETWORKS.base.rpcUrls[0]} ]\n`);
  expect(text).toContain('\n# confirmations: 20\n');
  expect(parseConfigText(text, 'agent.yaml')).toEqual(parseConfig({ ...HOME, network: 'base' }));
});
