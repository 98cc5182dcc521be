import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { parseConfig, readConfig } from '../../meter-agent/config.ts';
import { PlugpactError } from '../../protocol/errors.ts';
import { Scope } from './support/agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const GOOD = {
  rpcUrl: 'http://127.0.0.1:8545',
  market: `0x${'11'.repeat(20)}`,
  apiUrl: 'http://127.0.0.1:8080',
  ocpp: { port: 8180 },
  dataDir: '/var/lib/plugpact',
};

function refusal(raw: unknown): PlugpactError {
  try {
    parseConfig(raw);
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

test("a wrong password's value is not shown", () => {
  const error = refusal({ ...GOOD, chargePoints: { A: { password: 12_345, connectors: {} } } });
  expect(error.message).not.toContain('12345');
});

test('a file that is no JSON is named', () => {
  const file = join(scope.dir(), 'agent.json');
  writeFileSync(file, '{ "rpcUrl": ');
  expect(() => readConfig(file)).toThrow(expect.objectContaining({ code: 'config.unreadable', value: file }));
});
