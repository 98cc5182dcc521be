import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decryptKeystoreJson } from 'ethers';
import { getAddress } from 'viem';
import { afterEach, expect, test } from 'vitest';
import { makeEncryptedKey } from '../../../meter-agent/cli/make-key.ts';
import { agentKey, keyFile, keystoreFile, passphraseOf } from '../../../meter-agent/key/key.ts';
import { decryptKeystore } from '../../../meter-agent/key/keystore.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

test('a plain key is made once, and is its owner’s alone', () => {
  const dir = scope.dir();
  const { account } = agentKey(dir, undefined);
  expect(agentKey(dir, undefined).account.address).toBe(account.address);
  expect(statSync(keyFile(dir)).mode & 0o777).toBe(0o600);
});

test('an encrypted key opens with its passphrase alone, here and in other wallets', async () => {
  const dir = scope.dir();
  // Composed and decomposed spellings of one letter are one passphrase.
  await makeEncryptedKey(dir, 'caf\u00e9 am Eck');
  const key = agentKey(dir, 'cafe\u0301 am Eck');
  const text = readFileSync(keystoreFile(dir), 'utf8');
  expect(text).not.toContain(key.privateKey.slice(2));
  expect(statSync(keystoreFile(dir)).mode & 0o777).toBe(0o600);
  expect(() => agentKey(dir, 'cafe am Eck')).toThrow(expect.objectContaining({ code: 'key.passphrase' }));
  expect(() => agentKey(dir, undefined)).toThrow(expect.objectContaining({ code: 'key.locked' }));
  await expect(makeEncryptedKey(dir, 'other')).rejects.toThrow(/EEXIST/);
  const { address } = await decryptKeystoreJson(text, 'caf\u00e9 am Eck');
  expect(getAddress(address)).toBe(key.account.address);
});

/** What wallets write. */
const KEYSTORE = {
  version: 3,
  crypto: {
    cipher: 'aes-128-ctr',
    cipherparams: { iv: '83dbcc02d8ccb40e466191a123791e0e' },
    ciphertext: 'd172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c',
    kdf: 'scrypt',
    kdfparams: {
      dklen: 32,
      n: 262_144,
      p: 1,
      r: 8,
      salt: 'ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19',
    },
    mac: '2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097',
  },
};

test.each([
  ['no JSON', '{'],
  ['another version', JSON.stringify({ ...KEYSTORE, version: 1 })],
  [
    'a cost that would take the machine down',
    JSON.stringify({
      ...KEYSTORE,
      crypto: { ...KEYSTORE.crypto, kdfparams: { ...KEYSTORE.crypto.kdfparams, n: 2 ** 30 } },
    }),
  ],
])('a keystore with %s is refused', (_name, text) => {
  expect(() => decryptKeystore(text, 'x', 'file')).toThrow(expect.objectContaining({ code: 'key.invalid' }));
});

test('a folder with two keys is refused: nobody knows which one the listing names', () => {
  const dir = scope.dir();
  agentKey(dir, undefined);
  writeFileSync(keystoreFile(dir), JSON.stringify(KEYSTORE));
  expect(() => agentKey(dir, 'x')).toThrow(expect.objectContaining({ code: 'key.twice' }));
});

test('the passphrase comes from the environment, or from the first line of a file', () => {
  const file = join(scope.dir(), 'passphrase');
  writeFileSync(file, 'from the file\nsecond line\n');
  expect(passphraseOf({ PLUGPACT_AGENT_PASSPHRASE: 'direct' })).toBe('direct');
  expect(passphraseOf({ PLUGPACT_AGENT_PASSPHRASE_FILE: file })).toBe('from the file');
  expect(() => passphraseOf({ PLUGPACT_AGENT_PASSPHRASE_FILE: `${file}.gone` })).toThrow(
    expect.objectContaining({ code: 'key.passphraseFile', value: `${file}.gone` }),
  );
  expect(passphraseOf({})).toBeUndefined();
});
