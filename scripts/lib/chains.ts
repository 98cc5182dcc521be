import { type Chain, defineChain } from 'viem';
import { type Network, networkOf } from '../../protocol/networks.ts';

/** A network as viem takes it. Defined here, because `viem/chains` loads some 800 files: 0.6 s of each program. */
export const chainOf = ({ chainId, title, nativeCurrency, rpcUrls }: Network): Chain =>
  defineChain({ id: chainId, name: title, nativeCurrency, rpcUrls: { default: { http: rpcUrls } } });

export const LOCAL_CHAIN: Chain = chainOf(networkOf('local'));
