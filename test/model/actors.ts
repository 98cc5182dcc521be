import { type Address, type Hex, keccak256, stringToHex } from 'viem';
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';

/** Who acts in the model, by name. Session keys and secrets are named after their booking. */
export const HOSTS = ['host-0', 'host-1'] as const;
export const DRIVERS = ['driver-0', 'driver-1', 'driver-2'] as const;
export const OTHERS = ['relayer', 'stranger', 'guardian', 'treasury'] as const;
export const AGENTS = ['agent-0', 'agent-1', 'agent-2', 'agent-3'] as const;
export const ACTORS = [...HOSTS, ...DRIVERS, ...OTHERS, ...AGENTS] as const;

/** Indices of purses that anyone uses. */
export const PURSES = [0, 1] as const;

/** Always the same bytes for a name, so that a seed gives the same steps again. */
export const secretOf = (name: string): Hex => keccak256(stringToHex(`model of the market: ${name}`));

const keys = new Map<string, PrivateKeyAccount>();

export function keyOf(name: string): PrivateKeyAccount {
  const known = keys.get(name);
  if (known) return known;
  const key = privateKeyToAccount(secretOf(name));
  keys.set(name, key);
  return key;
}

export const addressOf = (name: string): Address => keyOf(name).address;
