import { type Hex, parseEventLogs } from 'viem';
import { privateKeyToAddress } from 'viem/accounts';
import { plugpactMarketAbi } from '../../../protocol/abi.ts';
import type { ReadingJson } from '../../../protocol/api.ts';
import { costRoundedDown } from '../../../protocol/cost.ts';
import { amountsOf, fromReadingStruct, type ReadingStruct } from '../../../protocol/reading.ts';
import { fromCompact, signerOf } from '../../../protocol/signature.ts';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import type { Ledger } from '../app/ledgerClient.ts';
import { allowedNow } from '../booking/allowance.ts';
import type { StoredBooking } from '../booking/storedBookings.ts';

/** A receipt from the event on the ledger, with the results of the checks on this device. */
export interface ReceiptFacts {
  /** The event that ended the booking. */
  event: (typeof END_EVENTS)[number];
  transactionHash: Hex;
  blockNumber: bigint;
  /** Unix seconds. */
  at: number;
  paid: bigint;
  refunded: bigint;
  reading: ReadingJson | undefined;
  checks: { name: string; ok: boolean }[];
}

const END_EVENTS = [
  'Settled',
  'SettledAlone',
  'Canceled',
  'Finalised',
  'NoShowContested',
  'Expired',
] as const;

/** Reads the event that ended a booking from the ledger, and checks its signatures and cost. */
export async function receiptFacts(
  ledger: Ledger,
  stored: StoredBooking,
  endedTx: Hex,
): Promise<ReceiptFacts> {
  const receipt = await ledger.client.getTransactionReceipt({ hash: endedTx });
  const logs = parseEventLogs({ abi: plugpactMarketAbi, logs: receipt.logs, eventName: [...END_EVENTS] });
  const log = logs.find((l) => l.args.bookingId === stored.bookingId);
  if (log === undefined) throw new Error('The transaction has no event that ends this booking.');
  const block = await ledger.client.getBlock({ blockNumber: receipt.blockNumber });
  const { eventName, args } = log;
  const amounts =
    eventName === 'NoShowContested' ? { paid: args.fee, refunded: args.refunded } : amountsOf(args);
  const isReported = log.eventName === 'Settled' || log.eventName === 'SettledAlone';
  const reading = isReported
    ? fromReadingStruct(stored.bookingId, log.args.reading as ReadingStruct)
    : log.eventName === 'Finalised'
      ? stored.cosigned?.reading
      : undefined;
  return {
    event: log.eventName,
    transactionHash: endedTx,
    blockNumber: receipt.blockNumber,
    at: Number(block.timestamp),
    ...amounts,
    reading,
    checks: isReported ? await settledChecks(stored, { ...log.args, ...amounts }, reading!) : [],
  };
}

interface SettledArgs {
  paid: bigint;
  agentSignature: { r: Hex; vs: Hex };
  /** Of the reading; a settlement by the agent's word has none. */
  sessionSignature?: { r: Hex; vs: Hex };
}

async function settledChecks(stored: StoredBooking, args: SettledArgs, reading: ReadingJson) {
  const { ref, booking } = stored;
  const signedBy = (compact: { r: Hex; vs: Hex }) => signerOf(ref, 'Reading', reading, fromCompact(compact));
  const agent = await signedBy(args.agentSignature);
  const cost = costRoundedDown(fromTermsStruct(booking.terms).tariff, reading, booking.money.cap);
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
  return [
    { name: 'signed by the charger’s agent', ok: same(agent, booking.terms.agentKey) },
    args.sessionSignature === undefined
      ? { name: 'no more than you allowed', ok: args.paid <= allowedNow(stored) }
      : {
          name: 'co-signed by your device',
          ok: same(await signedBy(args.sessionSignature), privateKeyToAddress(stored.sessionPrivateKey)),
        },
    { name: 'the cost matches the tariff', ok: cost === args.paid },
  ];
}
