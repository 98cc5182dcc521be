import { type Address, type Hex, type PublicClient, serializeTransaction } from 'viem';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import type { MarketWindows } from '../../protocol/slots.ts';
import type { LedgerFacts } from '../session/booking-facts.ts';
import { EVENTS, type MarketLog } from './market-log.ts';
import type { FollowedBlock } from './recent-blocks.ts';

type Constant = 'REPORT_SEC' | 'CHALLENGE_SEC' | 'PROOF_SEC' | 'FIRST_TRUST_MAX';

export async function readLedgerFacts(client: PublicClient, market: Address): Promise<LedgerFacts> {
  const [chainId, genesis] = await Promise.all([client.getChainId(), client.getBlock({ blockNumber: 0n })]);
  const constant = (functionName: Constant) =>
    client.readContract({ address: market, abi: plugpactMarketAbi, functionName });
  const [reportSec, challengeSec, proofSec] = await Promise.all(
    (['REPORT_SEC', 'CHALLENGE_SEC', 'PROOF_SEC'] as const).map(async (name) => Number(await constant(name))),
  );
  const firstTrustMax = (await constant('FIRST_TRUST_MAX')) as bigint;
  return {
    ref: { chainId, market },
    windows: { reportSec, challengeSec, proofSec } as MarketWindows,
    money: { firstTrustMax },
    genesisHash: genesis.hash as Hex,
  };
}

/** The hash that the chain has at this number; undefined where it has none. */
export async function hashAt(client: PublicClient, number: number): Promise<Hex | undefined> {
  try {
    return (await client.getBlock({ blockNumber: BigInt(number) })).hash;
  } catch (error) {
    if (error instanceof Error && error.name === 'BlockNotFoundError') return undefined;
    throw error;
  }
}

/**
 * The market events of these blocks, the last of which is returned to be remembered. `previous` was followed before
 * them. Throws when the chain was reorganised meanwhile: the answers may belong to two chains.
 */
export async function readRange(
  client: PublicClient,
  market: Address,
  previous: FollowedBlock | undefined,
  [from, to]: readonly [number, number],
): Promise<{ logs: MarketLog[]; last: FollowedBlock }> {
  const hash = await hashAt(client, to);
  const logs = await client.getLogs({
    address: market,
    events: EVENTS,
    fromBlock: BigInt(from),
    toBlock: BigInt(to),
    strict: true,
  });
  const [after, before] = await Promise.all([
    hashAt(client, to),
    previous && hashAt(client, previous.number),
  ]);
  if (hash === undefined || hash !== after || before !== previous?.hash) {
    throw new Error(`The chain changed while blocks ${from} to ${to} were read.`);
  }
  return { logs: logs as unknown as MarketLog[], last: { number: to, hash } };
}

/** The newest block of the chain. */
export interface HeadBlock extends FollowedBlock {
  parentHash: Hex;
}

/** The market events of exactly this block: asked by its hash, they cannot belong to another chain. */
export async function readBlock(
  client: PublicClient,
  market: Address,
  { number, hash }: HeadBlock,
): Promise<{ logs: MarketLog[]; last: FollowedBlock }> {
  const logs = await client.getLogs({ address: market, events: EVENTS, blockHash: hash, strict: true });
  return { logs: logs as unknown as MarketLog[], last: { number, hash } };
}

/** A transaction as it was sent, ready to be sent again; null when the node cannot give it. */
export async function readRawTransaction(client: PublicClient, hash: Hex): Promise<Hex | null> {
  const request = { method: 'eth_getRawTransactionByHash', params: [hash] };
  const raw = await client.request(request as never).catch(() => null);
  if (raw !== null) return raw as Hex;
  // Not every node knows that call: the same bytes are rebuilt from the transaction's fields and signature.
  const made = await client.getTransaction({ hash }).catch(() => undefined);
  if (made === undefined) return null;
  const { r, s, yParity = 0, input: data, to } = made;
  return serializeTransaction({ ...made, data, to } as never, { r, s, yParity });
}
