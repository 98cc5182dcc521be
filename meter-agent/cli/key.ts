import { existsSync, readFileSync } from 'node:fs';
import { type Address, getAddress } from 'viem';
import { z } from 'zod';
import { agentKey, keystoreFile } from '../key/key.ts';
import { type Command, configOf, parseFlags } from './options.ts';

const keystore = z.looseObject({ address: z.string().regex(/^(0x)?[0-9a-fA-F]{40}$/) });

/** The address of a folder's key; for an encrypted one without its passphrase. */
export function addressOfKey(dataDir: string): Address {
  const file = keystoreFile(dataDir);
  if (!existsSync(file)) return agentKey(dataDir).account.address;
  const { address } = keystore.parse(JSON.parse(readFileSync(file, 'utf8')));
  return getAddress(`0x${address.replace(/^0x/, '').toLowerCase()}`);
}

export const key: Command = async (args) => {
  console.log(addressOfKey(configOf(parseFlags(args, {}).values).dataDir));
  return 0;
};
