import type { Hex } from 'viem';
import { privateKeyToAddress } from 'viem/accounts';
import type { NonceTurns } from '../chain/sender.ts';
import { createOutbox } from '../outbox/outbox.ts';
import type { Outbox } from '../outbox/types.ts';
import type { Services } from '../services.ts';
import { outboxRules } from './rules.ts';

interface RelayerOptions extends Pick<Services, 'client' | 'config' | 'db' | 'log' | 'now'> {
  /** Over several processes: gives the key its turn. */
  turns: NonceTurns | undefined;
}

/** The outbox of calls that the relayer's key pays for. */
export function createRelayer(options: RelayerOptions, privateKey: Hex): Outbox {
  const { config } = options;
  const rules = outboxRules({ ...options, sender: privateKeyToAddress(privateKey) });
  return createOutbox({ ...options, privateKey, rules, settings: config.relay });
}
