import { type Hex, isAddressEqual, parseEventLogs } from 'viem';
import { plugpactMarketAbi } from '../../../protocol/abi.ts';
import type { Booking } from '../../../protocol/booking.ts';
import { claimValuesOf } from '../../../protocol/claimValues.ts';
import { type CostParts, costPartsOf, costRoundedDown } from '../../../protocol/cost.ts';
import { PlugpactError } from '../../../protocol/errors.ts';
import { amountsOf, fromReadingStruct, type Reading, type ReadingStruct } from '../../../protocol/reading.ts';
import { fromCompact, signerOf } from '../../../protocol/signature.ts';
import type { MarketRef } from '../../../protocol/signedTypes.ts';
import { type BookingStateStruct, stateName, unpackClaim, unpackHead } from '../../../protocol/state.ts';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import { max, min } from '../../../protocol/units.ts';
import type { Ledger } from '../app/ledgerClient.ts';

/** A booking as a receipt needs it: all of it public. */
export interface ReceiptBooking {
  bookingId: Hex;
  ref: MarketRef;
  booking: Booking;
}

/** What is paid for: Wh and seconds. */
export interface Usage {
  energyWh: bigint;
  timeSec: bigint;
  overstaySec: bigint;
}

export type CheckName = 'agent' | 'device' | 'allowed' | 'cost' | 'locked';

/** A receipt from the event on the ledger, with the results of the checks on this device. */
export interface ReceiptFacts {
  /** The event that ended the booking. */
  event: (typeof END_EVENTS)[number];
  transactionHash: Hex;
  blockNumber: bigint;
  /** Unix seconds. */
  at: number;
  paid: bigint;
  /** What a lost challenge cost beside it. */
  lost: bigint;
  refunded: bigint;
  reading: Reading | undefined;
  usage: Usage | undefined;
  checks: { name: CheckName; ok: boolean }[];
}

const END_EVENTS = [
  'Settled',
  'SettledAlone',
  'Canceled',
  'Finalised',
  'NoShowContested',
  'Expired',
] as const;

const usageOfReading = ({ energyWh, beganAt, endedAt, overstaySec }: Reading): Usage => ({
  energyWh: BigInt(energyWh),
  timeSec: BigInt(endedAt - beganAt),
  overstaySec: BigInt(overstaySec),
});

/** What a claim was paid for at its deadline, by the last state on the ledger; undefined for what has no energy. */
export function usageOfClaim(booking: Booking, state: BookingStateStruct, paid: bigint): Usage | undefined {
  const name = stateName(state);
  const head = unpackHead(state.head);
  const claim = unpackClaim(state.claim);
  const cosigned = {
    energyWh: head.cosignedWh,
    timeSec: head.cosignedSec,
    overstaySec: head.cosignedOverstaySec,
  };
  if (name === 'CLAIMED') return cosigned;
  if (name !== 'CLAIMED_ALONE' && name !== 'CHALLENGED') return undefined;
  const { cosignedCost, unchallengedCost } = claimValuesOf(booking, state);
  if (paid === cosignedCost) return cosigned;
  if (name === 'CHALLENGED' && paid > unchallengedCost)
    return { ...cosigned, energyWh: min(claim.bestProofWh, claim.energyWh) };
  return { energyWh: claim.energyWh, timeSec: claim.endedAt - claim.beganAt, overstaySec: claim.overstaySec };
}

/** The parts of what was paid: they add up to it. `limited`: what cap, signatures and allowance took off. */
export function partsOfPaid({ terms, money }: Booking, usage: Usage, paid: bigint): CostParts {
  const { tariff } = fromTermsStruct(terms);
  const parts = costPartsOf(tariff, usage.energyWh, usage.timeSec, usage.overstaySec, money.cap);
  const cost = parts.energy + parts.time + parts.flat + parts.overstay + parts.limited;
  return { ...parts, limited: parts.limited + paid - cost };
}

/** What an open booking held: paid, lost and refunded come to it. */
export const lockedOf = ({ money }: Booking, bondMax: bigint): bigint =>
  money.cap + min(money.unsignedCost, bondMax);

const noEvent = (transactionHash: Hex): PlugpactError =>
  new PlugpactError({
    code: 'receipt.noEvent',
    value: transactionHash,
    rule: 'The transaction has no event that ends this booking.',
    remedy: 'Ask another page of the same market: this server names a wrong transaction.',
  });

/** The market's events of a booking in one transaction. */
async function eventsIn({ client, ref }: Ledger, bookingId: Hex, hash: Hex) {
  const receipt = await client.getTransactionReceipt({ hash });
  const ours = receipt.logs.filter(({ address }) => isAddressEqual(address, ref.market));
  const logs = parseEventLogs({
    abi: plugpactMarketAbi,
    logs: ours,
    eventName: [...END_EVENTS, 'BondForfeited'],
  }).filter(({ args }) => args.bookingId === bookingId);
  const { timestamp } = await client.getBlock({ blockNumber: receipt.blockNumber });
  return { logs, blockNumber: receipt.blockNumber, at: Number(timestamp) };
}

/**
 * Reads the event that ended a booking from the ledger, and checks its signatures and its cost.
 *
 * @param last The booking's last state before, where the ledger said it.
 * @throws PlugpactError `receipt.noEvent`.
 */
export async function receiptFacts(
  ledger: Ledger,
  made: ReceiptBooking,
  endedTx: Hex,
  bondMax: bigint,
  last?: BookingStateStruct,
): Promise<ReceiptFacts> {
  const { logs, blockNumber, at } = await eventsIn(ledger, made.bookingId, endedTx);
  const log = logs.find(({ eventName }) => eventName !== 'BondForfeited');
  if (log === undefined || log.eventName === 'BondForfeited') throw noEvent(endedTx);
  let lost = 0n;
  for (const one of logs) if (one.eventName === 'BondForfeited') lost += one.args.amount;
  const amounts =
    log.eventName === 'NoShowContested'
      ? { paid: log.args.fee, refunded: log.args.refunded }
      : amountsOf(log.args);
  const isReported = log.eventName === 'Settled' || log.eventName === 'SettledAlone';
  const reading = isReported
    ? fromReadingStruct(made.bookingId, log.args.reading as ReadingStruct)
    : undefined;
  const isClaim = log.eventName === 'Finalised' && last !== undefined;
  const usage = reading
    ? usageOfReading(reading)
    : isClaim
      ? usageOfClaim(made.booking, last, amounts.paid)
      : undefined;
  const { paid, refunded } = amounts;
  const isBalanced = paid + lost + refunded === lockedOf(made.booking, bondMax);
  return {
    ...{
      event: log.eventName,
      transactionHash: endedTx,
      blockNumber,
      at,
      paid,
      lost,
      refunded,
      reading,
      usage,
    },
    checks: [
      ...(isReported ? await settledChecks(made, { ...log.args, paid }, reading!) : []),
      { name: 'locked', ok: isBalanced },
    ],
  };
}

interface Compact {
  r: Hex;
  vs: Hex;
}

interface SettledArgs {
  paid: bigint;
  agentSignature: Compact;
  /** Of the reading; a settlement by the agent's word has none, but what the driver allowed. */
  sessionSignature?: Compact;
  allowance?: { cost: bigint; sessionSignature: Compact };
}

async function settledChecks(
  { ref, booking, bookingId }: ReceiptBooking,
  { paid, agentSignature, sessionSignature, allowance }: SettledArgs,
  reading: Reading,
): Promise<ReceiptFacts['checks']> {
  const isBy = async (type: 'Reading' | 'Allowance', message: object, signature: Compact, key: Hex) => {
    const signer = await signerOf(ref, type, message, fromCompact(signature)).catch(() => undefined);
    return signer !== undefined && isAddressEqual(signer, key);
  };
  const raise = allowance ?? { cost: 0n, sessionSignature: agentSignature };
  const isRaised =
    raise.cost > 0n &&
    (await isBy('Allowance', { bookingId, cost: raise.cost }, raise.sessionSignature, booking.sessionKey));
  const allowed = max(booking.money.allowedCost, isRaised ? raise.cost : 0n);
  const cost = costRoundedDown(fromTermsStruct(booking.terms).tariff, reading, booking.money.cap);
  return [
    { name: 'agent', ok: await isBy('Reading', reading, agentSignature, booking.terms.agentKey) },
    sessionSignature === undefined
      ? { name: 'allowed', ok: paid <= allowed }
      : { name: 'device', ok: await isBy('Reading', reading, sessionSignature, booking.sessionKey) },
    { name: 'cost', ok: cost === paid },
  ];
}
