import { type Chain, defineChain } from 'viem';
import { LOCAL_CHAIN_ID } from './anvil.ts';

/** A network by its id. Programs take the URL of a node from their settings; viem wants one in the chain too. */
const chain = (id: number, name: string): Chain =>
  defineChain({
    id,
    name,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: ['http://127.0.0.1:8545'] } },
  });

/** Defined here, because `viem/chains` loads some 800 files: 0.6 s of each program and test that imports it. */
export const CHAINS = {
  local: chain(LOCAL_CHAIN_ID, 'Local ledger'),
  mainnet: chain(1, 'Ethereum'),
  sepolia: chain(11_155_111, 'Sepolia'),
  base: chain(8453, 'Base'),
  'base-sepolia': chain(84_532, 'Base Sepolia'),
} as const;
