import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { configText } from '../../../meter-agent/cli/config-text.ts';
import { configJsonSchema, parseConfig } from '../../../meter-agent/config/check.ts';
import { parseConfigText, readConfig } from '../../../meter-agent/config/file.ts';
import { PlugpactError } from '../../../protocol/errors.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const GOOD = {
  rpcUrl: 'http://127.0.0.1:8545',
  market: `0x${'11'.repeat(20)}`,
  apiUrl: 'http://127.0.0.1:8080',
  ocpp: { port: 8180 },
  dataDir: '/var/lib/plugpact',
};

const refusal = (raw: unknown): PlugpactError => refusalOf(() => parseConfig(raw));

function refusalOf(read: () => unknown): PlugpactError {
  try {
    read();
  } catch (error) {
    if (error instanceof PlugpactError) return error;
  }
  throw new Error('the configuration was accepted');
}

test('the least configuration is completed with defaults', () => {
  expect(parseConfig(GOOD)).toMatchObject({
    ocpp: { host: '127.0.0.1', port: 8180 },
    confirmations: 3,
    acceptUnknownChargePoints: false,
    ownerIdTags: [],
  });
});

test.each([
  ['a missing key', { ...GOOD, market: undefined }, 'market', '(missing)'],
  ['a wrong address', { ...GOOD, market: '0x12' }, 'market', '"0x12"'],
  ['a port out of range', { ...GOOD, ocpp: { port: 70_000 } }, 'ocpp.port', '70000'],
  ['a misspelt key', { ...GOOD, ownerIdTag: ['A'] }, 'ownerIdTag', '["A"]'],
  ['an address that is no http', { ...GOOD, apiUrl: 'ftp://x' }, 'apiUrl', '"ftp://x"'],
  [
    'a connector that is no number',
    { ...GOOD, chargePoints: { A: { connectors: { x: {} } } } },
    'chargePoints.A.connectors.x',
    '{}',
  ],
])('%s is named with its value and the rule', (_name, raw, key, value) => {
  const error = refusal(raw);
  expect(error.code).toBe('config.invalid');
  expect(error.value).toContain(`${key} = ${value}`);
  expect(error.rule.length).toBeGreaterThan(20);
});

test.each([
  ['of a wrong kind', { chargePoints: { A: { password: 12_345, connectors: {} } } }],
  ['under a misspelt key', { chargePoints: { A: { passwort: '12345', connectors: {} } } }],
  ['deep in a misspelt key', { chargePoint: { A: { password: '12345', connectors: {} } } }],
  ['in an address', { apiUrl: 'ws://me:12345@example.org' }],
])('a password %s is not shown', (_name, change) => {
  const error = refusal({ ...GOOD, ...change });
  expect(error.message).toContain('hidden');
  expect(error.message).not.toContain('12345');
});

test('a file that is no YAML is named by its line, without what stands in it', () => {
  const file = join(scope.dir(), 'agent.yaml');
  writeFileSync(file, 'chargePoints:\n  CP1:\n    password: "12345\n');
  const error = refusalOf(() => readConfig(file));
  expect(error.message).toContain('line ');
  expect(`${error.message} ${error.stack} ${String(error.cause)}`).not.toContain('12345');
});

test('a file that is no YAML is named', () => {
  const file = join(scope.dir(), 'agent.yaml');
  writeFileSync(file, '{ "rpcUrl": ');
  expect(() => readConfig(file)).toThrow(expect.objectContaining({ code: 'config.unreadable', value: file }));
});

test('a file that is missing is named, and how to make one', () => {
  const file = join(scope.dir(), 'agent.yaml');
  expect(() => readConfig(file)).toThrow(/"plugpact-agent init"/);
});

test('JSON is read as well; paths are relative to the file', () => {
  const file = join(scope.dir(), 'agent.json');
  const tls = { certFile: 'a.crt', keyFile: '/etc/a.key' };
  writeFileSync(file, JSON.stringify({ ...GOOD, dataDir: 'data', ocpp: { port: 8180, tls } }));
  expect(readConfig(file)).toMatchObject({
    market: GOOD.market,
    dataDir: join(dirname(file), 'data'),
    ocpp: { port: 8180, tls: { certFile: join(dirname(file), 'a.crt'), keyFile: '/etc/a.key' } },
  });
});

const YAML = `rpcUrl: http://127.0.0.1:8545
market: ${GOOD.market}
apiUrl: http://127.0.0.1:8080
ocpp: { port: 8180 }
dataDir: data
chargePoints:
  00120:
    connectors:
      1: { maxPowerW: 7400 }
`;

test('in YAML an address needs no quotes, and an id of digits keeps its zeros', () => {
  const { market, chargePoints } = parseConfigText(YAML, 'agent.yaml');
  expect(market).toBe(GOOD.market);
  expect(chargePoints['00120']?.connectors['1']?.maxPowerW).toBe(7_400);
});

test.each([
  ['a wrong value', YAML.replace('7400', '0'), 'maxPowerW = 0, line 9 of agent.yaml'],
  ['a missing key', YAML.replace('rpcUrl', '# rpcUrl'), 'rpcUrl = (missing), line 2 of agent.yaml'],
  ['a misspelt key', `${YAML}logLevle: info\n`, 'logLevle = "info", line 10 of agent.yaml'],
])('%s is named with its line', (_name, text, value) => {
  expect(() => parseConfigText(text, 'agent.yaml')).toThrow(
    expect.objectContaining({ code: 'config.invalid', value: expect.stringContaining(value) }),
  );
});

test('a key that stands there twice is refused with its line', () => {
  expect(() => parseConfigText(`${YAML}dataDir: other\n`, 'agent.yaml')).toThrow(/line 10/);
});

test('a card of digits has to be put in quotes', () => {
  expect(() => parseConfigText(`${YAML}ownerIdTags: [12345]\n`, 'agent.yaml')).toThrow(/in quotes/);
});

const SOCKET = {
  energy: { topic: 'plug/energy', unit: 'kWh' },
  state: { topic: 'plug/state' },
  switchOn: [{ topic: 'plug/set', payload: 'on' }],
  switchOff: { topic: 'plug/set', payload: 'off' },
};

interface Node {
  description?: string;
  properties?: Record<string, Node>;
  additionalProperties?: Node;
}

/** All keys of the schema with a name of their own, by path; `*` stands for an id. */
function keysOf({ properties = {}, additionalProperties }: Node, path: string): [string, Node][] {
  const inner = typeof additionalProperties === 'object' ? keysOf(additionalProperties, `${path}.*`) : [];
  const own = Object.entries(properties).flatMap(([key, node]): [string, Node][] => [
    [`${path}.${key}`, node],
    ...keysOf(node, `${path}.${key}`),
  ]);
  return [...inner, ...own];
}

/** Every key of the schema is in the file that `init` writes, with its description. */
test.each(keysOf(configJsonSchema() as Node, ''))('%s is described in the commented file', (path, node) => {
  expect(node.description?.length ?? 0).toBeGreaterThan(15);
  const connectors = { 1: { maxPowerW: 7_400 } };
  const mqtt = { url: 'mqtt://127.0.0.1', sockets: { plug: SOCKET } };
  const text = configText({ ...GOOD, chargePoints: { CP1: { connectors } }, mqtt }, 'agent.schema.json');
  expect(text).toContain(`${path.split('.').at(-1)}:`);
  const words = (some: string) => some.replace(/[\s#]+/g, ' ');
  expect(words(text)).toContain(words(node.description ?? ''));
});

test('the commented file says the same as what it was made of', () => {
  const values = {
    ...GOOD,
    ownerIdTags: ['0123', '4E12', 'no', '0x12', "it's # one"],
    chargePoints: { '007': { password: 'yes', connectors: { 1: { maxPowerW: 7_400 } } } },
  };
  const text = configText(values, 'agent.schema.json');
  expect(parseConfigText(text, 'agent.yaml')).toEqual(parseConfig(values));
  expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=agent.schema.json');
});
