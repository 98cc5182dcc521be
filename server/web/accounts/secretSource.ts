import type { Hex } from 'viem';
import type { Wallet } from './walletKinds.ts';

/** What the secrets of an account are derived from, by its address, while the page is open. */
const sources = new Map<string, Hex>();

/** Keeps what a passkey's signature brought along, so that no second prompt is needed. */
export function rememberSource({ address }: Pick<Wallet, 'address'>, source: Hex): void {
  sources.set(address.toLowerCase(), source);
}

export const rememberedSource = ({ address }: Pick<Wallet, 'address'>): Hex | undefined =>
  sources.get(address.toLowerCase());
