import { createECDH } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { privateKeyToAddress } from 'viem/accounts';
import { expect, onTestFinished, test } from 'vitest';
import { writeFiles } from '../../scripts/setup/files.ts';
import { makeKeys } from '../../scripts/setup/keys.ts';
import { checked, flagsOf } from '../../scripts/setup/options.ts';
import { readConfig } from '../../server/config.ts';

const ARGS = [
  ...['--network', 'base', '--domain', 'charge.example', '--operator', 'Charge "Co"'],
  ...['--contact', 'mailto:you@charge.example'],
];

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'plugpact-setup-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

test('setup makes a configuration that the server takes, with keys that belong together', () => {
  const at = folder();
  const options = checked({ ...flagsOf(ARGS), folder: at });
  const keys = makeKeys();
  writeFiles(options, keys);
  const secret = (name: string) => readFileSync(join(at, 'secrets', name), 'utf8').trim();
  expect(privateKeyToAddress(secret('relayer_private_key') as `0x${string}`)).toBe(keys.relayer.address);
  const env = parseEnv(readFileSync(join(at, '.env'), 'utf8')) as Record<string, string>;
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(Buffer.from(secret('vapid_private_key'), 'base64url'));
  expect(ecdh.getPublicKey('base64url')).toBe(env.VAPID_PUBLIC_KEY);
  const config = readConfig({
    ...env,
    // What the compose file adds; the network has no market before one is deployed.
    MARKET_ADDRESS: `0x${'11'.repeat(20)}`,
    DATABASE_URL_FILE: join(at, 'secrets/database_url'),
    RELAYER_PRIVATE_KEY_FILE: join(at, 'secrets/relayer_private_key'),
    VAPID_PRIVATE_KEY_FILE: join(at, 'secrets/vapid_private_key'),
    IMPRINT_FILE: join(at, 'imprint.md'),
  });
  expect(config).toMatchObject({
    ...{ publicHosts: ['charge.example'], trustProxyHops: 1, relayerKey: keys.relayer.privateKey },
    ...{ databaseUrl: `postgres://plugpact:${secret('postgres_password')}@database:5432/plugpact` },
    ocpi: { operatorName: "Charge 'Co'" },
  });
  expect(statSync(join(at, '.env')).mode & 0o777).toBe(0o600);
  expect(statSync(join(at, 'secrets')).mode & 0o777).toBe(0o700);
  expect(readdirSync(at).sort()).toEqual(
    ['.env', 'Caddyfile', 'alarms.yml', 'compose.yaml', 'imprint.md', 'privacy.md', 'secrets'].sort(),
  );
});

test('setup writes nothing over', () => {
  const at = folder();
  const options = checked({ ...flagsOf(ARGS), folder: at });
  writeFiles(options, makeKeys());
  const before = readFileSync(join(at, 'secrets/relayer_private_key'), 'utf8');
  expect(() => writeFiles(options, makeKeys())).toThrow('.env');
  expect(readFileSync(join(at, 'secrets/relayer_private_key'), 'utf8')).toBe(before);
});

test.each([
  [['--network', 'basis'], 'network.unknown'],
  [['--domain', 'https://charge.example'], 'setup.usage'],
  [['--contact', 'you@charge.example'], 'setup.usage'],
  [['--colour', 'red'], 'setup.usage'],
])('%s is refused', (args, code) => {
  const attempt = () => checked({ ...flagsOf(ARGS), ...flagsOf(args) });
  expect(attempt).toThrow(expect.objectContaining({ code }));
});
