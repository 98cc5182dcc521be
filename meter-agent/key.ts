import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Hex } from 'viem';
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import { PlugpactError } from '../protocol/errors.ts';

export interface AgentKey {
  account: PrivateKeyAccount;
  privateKey: Hex;
}

const KEY = /^0x[0-9a-f]{64}$/;

/** The agent key in `dataDir/agent.key` (mode 600), made at the first start. It signs readings and never leaves. */
export function agentKey(dataDir: string): AgentKey {
  const file = join(dataDir, 'agent.key');
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    writeFileSync(file, `${generatePrivateKey()}\n`, { mode: 0o600, flag: 'wx' });
  }
  const privateKey = readFileSync(file, 'utf8').trim();
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
