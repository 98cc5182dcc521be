import { bytesToHex, type Hex, zeroAddress } from 'viem';
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts';
import type { ConfigResponse } from '../../../protocol/api.ts';
import { type Booking, bookingIdOf, type IntentLimits, intentMessage } from '../../../protocol/booking.ts';
import { bookCall } from '../../../protocol/calls.ts';
import { PlugpactError } from '../../../protocol/errors.ts';
import { startHashOf } from '../../../protocol/idTag.ts';
import { fundAndBookCall, fundingSteps, fundPurse, type Means, requireTokens } from '../accounts/funding.ts';
import type { Holdings } from '../accounts/holdings.ts';
import type { RelayTerms } from '../accounts/relayTerms.ts';
import { marketCall, sendRelayed } from '../accounts/send.ts';
import { signAs, type Wallet } from '../accounts/wallet.ts';
import { indexed } from '../app/api.ts';
import { type Ledger, type Purse, purseOf } from '../app/ledgerClient.ts';
import type { Progress } from '../app/Steps.tsx';
import type { Charger } from './charger.ts';
import type { Quote } from './quote.ts';
import { type AllowChoice, forgetBooking, storeBooking, updateBooking } from './storedBookings.ts';

/** How long an intent is valid. The ledger allows 10 minutes; the relay needs seconds. */
export const INTENT_SEC = 300n;
export const BOOK_STEP = 'Sign the booking';

export interface Order {
  charger: Charger;
  quote: Quote;
  firstSlot: number;
  slotCount: number;
  needWh: number;
  /** What the agent's word may cost by the intent, token units. */
  allowedCost: bigint;
  /** To what the device raises it once it has seen energy; the whole need, as what else is offered then. */
  allow: AllowChoice;
  proposedCost: bigint;
  /** What the relayer takes for sending it. */
  relay: RelayTerms;
  /** UID of a guest's card that may start the charge. */
  cardUid?: string;
}

interface Party {
  wallet: Wallet;
  ledger: Ledger;
  config: ConfigResponse;
}

/** The purse that pays: the first free one with enough money, otherwise the first free one. */
export function choosePurse(purses: readonly Purse[], needed: bigint): Purse {
  const free = purses.filter((purse) => !purse.busy);
  const found = free.find((purse) => purse.balance >= needed) ?? free[0];
  if (found !== undefined) return found;
  throw new PlugpactError({
    code: 'booking.noFreePurse',
    value: `${purses.length} open bookings`,
    rule: 'Each open booking needs its own purse, and all of yours are in use.',
    remedy: 'End or cancel one of your bookings first.',
  });
}

export interface Plan {
  purse: Purse;
  missing: bigint;
  steps: string[];
}

/** The purse, the missing amount and the steps for an order, before anything is signed. The fee comes from the purse too. */
export function planOf(
  holdings: Holdings,
  { locked }: Pick<Quote, 'locked'>,
  relayFee: bigint,
  isLocal: boolean,
): Plan {
  const needed = locked + relayFee;
  const purse = choosePurse(holdings.purses, needed);
  const missing = needed > purse.balance ? needed - purse.balance : 0n;
  const funding = fundingSteps(missing, holdings, isLocal);
  return { purse, missing, steps: [...funding, BOOK_STEP] };
}

/** Funds the purse where needed, signs the intent and sends it to the ledger. @returns the booking's id. */
export async function makeBooking(
  party: Party,
  order: Order,
  plan: Plan,
  means: Means,
  progress: Progress,
): Promise<Hex> {
  const { wallet, ledger, config } = party;
  requireTokens(plan.missing, means, config);
  await fundPurse(party, plan, means.funding, progress);
  progress(BOOK_STEP, { phase: 'signing' });
  const purse = await purseOf(ledger, wallet.address, plan.purse.index);
  const { booking, sessionPrivateKey, secret } = bookingFor(wallet, order, purse);
  const bookingId = bookingIdOf(ledger.ref, booking);
  const { timestamp } = await ledger.client.getBlock();
  const { relayer } = order.relay;
  const limits: IntentLimits = { relayer, validUntil: timestamp + INTENT_SEC };
  const data = await signedCall(party, order, { booking, limits }, { plan, means });
  // Stored before it is sent: a closed tab must not lose the keys of a paid booking.
  const createdAt = Number(timestamp);
  storeBooking({
    bookingId,
    ref: ledger.ref,
    booking,
    sessionPrivateKey,
    secret,
    needWh: order.needWh,
    createdAt,
    allow: order.allow,
    proposedCost: order.proposedCost,
    ...(order.cardUid === undefined ? {} : { card: { uid: order.cardUid } }),
  });
  try {
    const isForRelayer = relayer !== zeroAddress;
    const report = (change: Parameters<Progress>[1]) => progress(BOOK_STEP, change);
    const receipt = await sendRelayed(wallet, ledger, config, data, report, isForRelayer);
    await indexed(receipt.blockNumber);
    updateBooking(bookingId, { bookedTx: receipt.transactionHash });
  } catch (error) {
    const after = await purseOf(ledger, wallet.address, plan.purse.index).catch(() => undefined);
    if (after !== undefined && !after.busy) forgetBooking(bookingId);
    throw error;
  }
  return bookingId;
}

/** The call that books, signed once: with the money that is missing where the token can be moved by that signature. */
async function signedCall(
  { wallet, ledger }: Party,
  { charger }: Order,
  { booking, limits }: { booking: Booking; limits: IntentLimits },
  { plan: { missing }, means: { funding } }: { plan: Plan; means: Means },
): Promise<Hex> {
  const listing = { weeklyHours: BigInt(charger.detail.weeklyHours), placeHash: charger.detail.placeHash };
  if (missing > 0n && funding.kind === 'authorization') {
    const order = { booking, limits, listing, value: missing };
    const { functionName, args } = await fundAndBookCall(wallet, ledger, funding.domain, order);
    return marketCall(functionName, args);
  }
  const signature = await signAs(wallet, ledger, 'Intent', intentMessage(booking, limits));
  const { functionName, args } = await bookCall(ledger.ref, booking, listing, limits, signature);
  return marketCall(functionName, args);
}

function bookingFor(wallet: Wallet, order: Order, purse: Purse) {
  const sessionPrivateKey = generatePrivateKey();
  const secret = bytesToHex(crypto.getRandomValues(new Uint8Array(32)));
  const { metering } = order.charger.terms;
  const booking: Booking = {
    listingId: order.charger.detail.listingId,
    connector: order.charger.detail.place.connector,
    driver: wallet.address,
    purse: purse.index,
    generation: purse.generation,
    sessionKey: privateKeyToAddress(sessionPrivateKey),
    firstSlot: order.firstSlot,
    slotCount: order.slotCount,
    money: {
      cap: order.quote.cap,
      // Exactly what the host asks.
      unsignedCost: metering.unsignedCost,
      allowedCost: order.allowedCost,
      relayFee: order.relay.fee,
    },
    startHash: startHashOf(secret),
    terms: order.charger.struct,
  };
  return { booking, sessionPrivateKey, secret };
}
