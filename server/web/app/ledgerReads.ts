import { type Chain, createPublicClient, http, type PublicClient } from 'viem';

/** Reads of the ledger's own endpoint. */
export const openClient = (chain: Chain): PublicClient =>
  createPublicClient({
    chain,
    transport: http(chain.rpcUrls.default.http[0], { timeout: 10_000, retryCount: 2 }),
    pollingInterval: 400,
  });
