import { existsSync } from 'node:fs';
import { type AgentKey, agentKey, keystoreFile, passphraseOf } from '../key/key.ts';
import { say } from './speech.ts';

/** The key of a folder; asks for the passphrase where the environment gives none and somebody can be asked. */
export async function unlockedKey(dataDir: string): Promise<AgentKey> {
  const given = passphraseOf(process.env);
  const isAskable = process.stdin.isTTY && process.stdout.isTTY;
  if (given !== undefined || !existsSync(keystoreFile(dataDir)) || !isAskable)
    return agentKey(dataDir, given);
  const { askHidden } = await import('./questions.ts');
  return agentKey(dataDir, await askHidden(say('cli.passphrase.key')));
}
