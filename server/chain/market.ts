import type { Address } from 'viem';
import { demoTokenAbi, plugpactMarketAbi } from '../../protocol/abi.ts';
import type { ConfigResponse } from '../../protocol/api.ts';
import type { MarketWindows } from '../../protocol/slots.ts';
import type { LedgerClient } from './client.ts';

/** What is fixed at the market's deployment. */
export interface MarketInfo {
  chainId: number;
  market: Address;
  token: ConfigResponse['token'];
  windows: MarketWindows;
  /** Token units. */
  bondMax: bigint;
  /** Token units that a listing may ask a driver to trust, beside its overstay reserve. */
  firstTrustMax: bigint;
  /** Token units: the least that a lost challenge costs. */
  forfeitMin: bigint;
}

/** Reads the market's constants from the ledger. */
export async function readMarketInfo(client: LedgerClient, market: Address): Promise<MarketInfo> {
  const call = { address: market, abi: plugpactMarketAbi } as const;
  const [chainId, address, bondMax, firstTrustMax, forfeitMin, report, challenge, proof] = await Promise.all([
    client.getChainId(),
    client.readContract({ ...call, functionName: 'TOKEN' }),
    client.readContract({ ...call, functionName: 'BOND_MAX' }),
    client.readContract({ ...call, functionName: 'FIRST_TRUST_MAX' }),
    client.readContract({ ...call, functionName: 'FORFEIT_MIN' }),
    client.readContract({ ...call, functionName: 'REPORT_SEC' }),
    client.readContract({ ...call, functionName: 'CHALLENGE_SEC' }),
    client.readContract({ ...call, functionName: 'PROOF_SEC' }),
  ]);
  const token = { address, abi: demoTokenAbi } as const;
  const [symbol, decimals] = await Promise.all([
    client.readContract({ ...token, functionName: 'symbol' }),
    client.readContract({ ...token, functionName: 'decimals' }),
  ]);
  const windows = { reportSec: Number(report), challengeSec: Number(challenge), proofSec: Number(proof) };
  const money = { bondMax, firstTrustMax, forfeitMin };
  return { chainId, market, token: { address, symbol, decimals }, windows, ...money };
}
