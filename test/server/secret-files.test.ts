import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readConfig, readStorage } from '../../server/config.ts';

const KEY = `0x${'12'.repeat(32)}`;

const GOOD = {
  RPC_URL: 'http://127.0.0.1:8545',
  MARKET_ADDRESS: '0x5fbdb2315678afecb367f032d93f642f64180aa3',
};

function fileWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'plugpact-secret-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'secret'), text);
  return join(folder, 'secret');
}

test('a secret may be in a file, whose last line feed is none of it', () => {
  const DATABASE_URL_FILE = fileWith('postgres://me:secret@db:5432/plugpact\n');
  const RELAYER_PRIVATE_KEY_FILE = fileWith(`${KEY}\n`);
  expect(readConfig({ ...GOOD, DATABASE_URL_FILE, RELAYER_PRIVATE_KEY_FILE })).toMatchObject({
    ...{ databaseUrl: 'postgres://me:secret@db:5432/plugpact', relayerKey: KEY },
  });
  expect(readStorage({ DATABASE_URL_FILE })).toMatchObject({
    databaseUrl: 'postgres://me:secret@db:5432/plugpact',
  });
});

test('a variable has one value, and its file can be read; nothing of a secret is shown', () => {
  const DATABASE_FILE = 'index.sqlite';
  const RELAYER_PRIVATE_KEY_FILE = fileWith('not-a-key');
  for (const [env, words] of [
    [{ RELAYER_PRIVATE_KEY: KEY, RELAYER_PRIVATE_KEY_FILE }, 'are both set'],
    [{ RELAYER_PRIVATE_KEY_FILE: join(RELAYER_PRIVATE_KEY_FILE, 'none') }, 'ENOTDIR'],
    [{ RELAYER_PRIVATE_KEY_FILE }, 'RELAYER_PRIVATE_KEY = (hidden)'],
  ] as const) {
    const refused = () => readConfig({ ...GOOD, DATABASE_FILE, ...env });
    expect(refused).toThrow(words);
    expect(refused).not.toThrow(KEY);
    expect(refused).not.toThrow('not-a-key');
  }
});

test('the name of a file that is a value itself stays one', () => {
  expect(readConfig({ ...GOOD, DATABASE_FILE: 'none/index.sqlite' })).toMatchObject({
    databaseFile: 'none/index.sqlite',
  });
});
