import { type Hex, parseEventLogs } from 'viem';
import { privateKeyToAddress } from 'viem/accounts';
import { plugpactMarketAbi } from '../../../protocol/abi.ts';
import type { ReadingJson } from '../../../protocol/api.ts';
import { costRoundedDown } from '../../../protocol/cost.ts';
import { amountsOf, fromReadingStruct, type ReadingStruct } from '../../../protocol/reading.ts';
import { fromCompact, signerOf } from '../../../protocol/signature.ts';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import type { Ledger } from '../app/ledgerClient.ts';
import type { KeptBooking } from '../booking/storedBookings.ts';

/** A receipt as the ledger's own log tells it, with what this device recomputed. */
export interface ReceiptFacts {
  outcome: 'Settled' | 'Canceled' | 'Finalised' | 'Expired';
  transactionHash: Hex;
  blockNumber: bigint;
  /** Unix seconds. */
  at: number;
  paid: bigint;
  refunded: bigint;
  reading: ReadingJson | undefined;
  checks: { name: string; ok: boolean }[];
}

const ENDINGS = ['Settled', 'Canceled', 'Finalised', 'Expired'] as const;

/** Reads the ending of a booking from the ledger and checks it again: signatures, cost, refund. */
export async function receiptFacts(ledger: Ledger, kept: KeptBooking, endedTx: Hex): Promise<ReceiptFacts> {
  const receipt = await ledger.client.getTransactionReceipt({ hash: endedTx });
  const logs = parseEventLogs({ abi: plugpactMarketAbi, logs: receipt.logs, eventName: [...ENDINGS] });
  const log = logs.find((l) => l.args.bookingId === kept.bookingId);
  if (log === undefined) throw new Error('The transaction holds no ending of this booking.');
  const block = await ledger.client.getBlock({ blockNumber: receipt.blockNumber });
  const amounts = amountsOf(log.args);
  const reading =
    log.eventName === 'Settled'
      ? fromReadingStruct(kept.bookingId, log.args.reading as ReadingStruct)
      : log.eventName === 'Finalised'
        ? kept.cosigned?.reading
        : undefined;
  return {
    outcome: log.eventName,
    transactionHash: endedTx,
    blockNumber: receipt.blockNumber,
    at: Number(block.timestamp),
    ...amounts,
    reading,
    checks:
      log.eventName === 'Settled' ? await settledChecks(kept, { ...log.args, ...amounts }, reading!) : [],
  };
}

interface SettledArgs {
  paid: bigint;
  agentSignature: { r: Hex; vs: Hex };
  sessionSignature: { r: Hex; vs: Hex };
}

async function settledChecks(kept: KeptBooking, args: SettledArgs, reading: ReadingJson) {
  const { ref, booking } = kept;
  const signedBy = (compact: { r: Hex; vs: Hex }) => signerOf(ref, 'Reading', reading, fromCompact(compact));
  const agent = await signedBy(args.agentSignature);
  const session = await signedBy(args.sessionSignature);
  const cost = costRoundedDown(fromTermsStruct(booking.terms).tariff, reading, booking.money.cap);
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
  return [
    { name: 'signed by the charger’s agent', ok: same(agent, booking.terms.agentKey) },
    { name: 'co-signed by your device', ok: same(session, privateKeyToAddress(kept.sessionPrivateKey)) },
    { name: 'the cost is what the tariff says', ok: cost === args.paid },
  ];
}
