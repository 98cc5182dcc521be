import { type Address, type Hex, type PublicClient, serializeTransaction } from 'viem';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { PlugpactError } from '../../protocol/errors.ts';
import type { LedgerNode } from '../../protocol/ledger/node.ts';
import type { MarketWindows } from '../../protocol/slots.ts';
import type { LedgerFacts } from '../session/booking-facts.ts';

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

export const otherLedger = ({ ref }: LedgerFacts): PlugpactError =>
  new PlugpactError({
    code: 'ledger.another',
    value: `chain ${ref.chainId}, market ${ref.market} in the journal`,
    rule: 'The journal in dataDir belongs to one market on one chain.',
    remedy: 'Use the market that it was made with, or another dataDir.',
  });

/** @throws Error where one of several nodes is of another ledger: what it says would take everything back. */
export async function demandSameLedger(node: LedgerNode, { ref, genesisHash }: LedgerFacts): Promise<void> {
  const [chainId, genesis] = await Promise.all([node.client.getChainId(), node.header(0)]);
  if (chainId === ref.chainId && genesis?.hash === genesisHash) return;
  throw new Error(`${node.host} is of another ledger (chain ${chainId}), or does not have all of it yet.`);
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
