import type { Hex } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import type { Agent } from '../../../meter-agent/agent.ts';
import { planOf } from '../../../meter-agent/connectors/plan.ts';
import type { BookingFact } from '../../../meter-agent/session/booking-facts.ts';
import { type Booking, bookingIdOf } from '../../../protocol/booking.ts';
import { startHashOf } from '../../../protocol/idTag.ts';
import { connectorHash, listingIdOf } from '../../../protocol/listing.ts';
import { seal } from '../../../protocol/seal.ts';
import { signMessageOf } from '../../../protocol/signature.ts';
import { SLOT_SEC } from '../../../protocol/slots.ts';
import { toTermsStruct } from '../../../protocol/terms.ts';
import { testTerms } from '../../support/market.ts';
import { REF } from './agent-fixture.ts';
import { reservedFact } from './reserved-fact.ts';

const WINDOWS = { reportSec: 600, challengeSec: 600, proofSec: 600 };
const MONEY = { firstTrustMax: 500_000n };
/** Long before any slot. */
const BOOKED_AT = 1;
const HOST = `0x${'77'.repeat(20)}` as const;
const DRIVER = `0x${'88'.repeat(20)}` as const;

export interface Booked {
  bookingId: Hex;
  secret: Hex;
  sessionKey: ReturnType<typeof privateKeyToAccount>;
  fact: BookingFact;
}

/** A booking in the journal of an agent whose ledger is away, taken on as it takes on those it hears of. */
export function bookOn(
  agent: Agent,
  change: Partial<Pick<Booking, 'driver' | 'firstSlot' | 'slotCount' | 'terms'>> & {
    sessionKey?: Booked['sessionKey'];
    chargePointId?: string;
  } = {},
): Booked {
  const { chargePointId = 'CP1', sessionKey = privateKeyToAccount(generatePrivateKey()), ...slots } = change;
  const agentKey = agent.key.account.address;
  const secret = generatePrivateKey();
  const connector = connectorHash(chargePointId, 1);
  const listingId = listingIdOf(agentKey, connector);
  const booking: Booking = {
    connector,
    listingId,
    driver: DRIVER,
    purse: 0,
    generation: BigInt(agent.ledger.openBookings().length),
    sessionKey: sessionKey.address,
    firstSlot: Math.floor(Date.now() / 1000 / SLOT_SEC),
    slotCount: 4,
    money: { cap: 30_000_000n, unsignedCost: 1_500_000n, allowedCost: 80_000n, relayFee: 0n },
    startHash: startHashOf(secret),
    terms: toTermsStruct(testTerms(HOST, agentKey)),
    ...slots,
  };
  const bookingId = bookingIdOf(REF, booking);
  const fact = reservedFact(booking, BOOKED_AT);
  agent.journal.putBooking(bookingId, fact);
  const place = agent.connectors.see(chargePointId, 1);
  if (place === undefined) throw new Error('no connector');
  agent.sessions.open(planOf(bookingId, fact, { windows: WINDOWS, money: MONEY }, place, 1));
  return { bookingId, secret, sessionKey, fact };
}

/** What the driver's device seals to the agent's key. */
export async function startEnvelopeOf(agent: Agent, booked: Booked, more: object = {}): Promise<Hex> {
  const { bookingId, secret, sessionKey } = booked;
  const message = { bookingId, secret };
  const signature = await signMessageOf(sessionKey, REF, 'Start', message);
  return seal(agent.key.account.publicKey, JSON.stringify({ ...message, ...more, signature }));
}
