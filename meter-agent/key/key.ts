import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Hex } from 'viem';
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import { PlugpactError } from '../../protocol/errors.ts';
import { decryptKeystore } from './keystore.ts';

export interface AgentKey {
  account: PrivateKeyAccount;
  privateKey: Hex;
}

const KEY = /^0x[0-9a-f]{64}$/;

export const keyFile = (dataDir: string): string => join(dataDir, 'agent.key');
export const keystoreFile = (dataDir: string): string => join(dataDir, 'agent.keystore.json');

/**
 * The agent key: `dataDir/agent.key` (mode 600), or `dataDir/agent.keystore.json`, which needs a passphrase. Without
 * either, the first start creates a plain one. It signs readings and never leaves the machine.
 */
export function agentKey(dataDir: string, passphrase = passphraseOf(process.env)): AgentKey {
  const file = keyFile(dataDir);
  if (existsSync(keystoreFile(dataDir))) return encryptedKey(dataDir, passphrase);
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    writeFileSync(file, `${generatePrivateKey()}\n`, { mode: 0o600, flag: 'wx' });
  }
  return checkedKey(readFileSync(file, 'utf8').trim(), file);
}

function encryptedKey(dataDir: string, passphrase: string | undefined): AgentKey {
  const file = keystoreFile(dataDir);
  if (existsSync(keyFile(dataDir))) {
    throw new PlugpactError({
      code: 'key.twice',
      value: `${keyFile(dataDir)} and ${file}`,
      rule: 'A data folder holds one key.',
      remedy: 'Move away the one that your listing does not name.',
    });
  }
  if (passphrase === undefined) {
    throw new PlugpactError({
      code: 'key.locked',
      value: file,
      rule: 'The key is encrypted.',
      remedy:
        'Set PLUGPACT_AGENT_PASSPHRASE_FILE to a file with the passphrase, or PLUGPACT_AGENT_PASSPHRASE.',
    });
  }
  return checkedKey(decryptKeystore(readFileSync(file, 'utf8'), passphrase, file), file);
}

function checkedKey(privateKey: string, file: string): AgentKey {
  if (!KEY.test(privateKey)) {
    throw new PlugpactError({
      code: 'key.invalid',
      value: file,
      rule: 'The agent key is 32 bytes as lower-case hex with 0x.',
      remedy: 'Restore the file from a backup: a new key needs new listings.',
    });
  }
  return { account: privateKeyToAccount(privateKey as Hex), privateKey: privateKey as Hex };
}

/**
 * The passphrase from the environment, or the first line of the file that the environment names: of the agent key, or of
 * what another name stands for.
 */
export function passphraseOf(env: NodeJS.ProcessEnv, name = 'PLUGPACT_AGENT_PASSPHRASE'): string | undefined {
  const file = env[`${name}_FILE`];
  return file === undefined ? env[name] : passphraseIn(file, `${name}_FILE`);
}

/** The first line of a file; `setting` is what names it. */
export function passphraseIn(file: string, setting: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/)[0];
  } catch (cause) {
    throw new PlugpactError(
      {
        code: 'key.passphraseFile',
        value: file,
        rule: `${setting} names a file that this program can read.`,
        remedy: 'Correct its path, or let the user that runs the agent read it.',
        details: { setting },
      },
      { cause },
    );
  }
}
