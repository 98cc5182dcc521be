import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Hex, keccak256, type TransactionReceipt } from 'viem';
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import { toBookingStruct } from '../../../protocol/booking.ts';
import { NO_RAISE } from '../../../protocol/calls.ts';
import { type Reading, toReadingStruct } from '../../../protocol/reading.ts';
import { signMessageOf } from '../../../protocol/signature.ts';
import { bookingTimes } from '../../../protocol/slots.ts';
import { type BookingStateStruct, reservedState, sinceOf } from '../../../protocol/state.ts';
import type { Terms } from '../../../protocol/terms.ts';
import { localAccount } from '../../../scripts/lib/local-accounts.ts';
import { stateIn, windows } from '../../contracts/reserved.ts';
import { reachTime } from '../../support/anvil.ts';
import {
  asBooked,
  book,
  fundDriver,
  makeBooking,
  publish,
  reported,
  signReading,
  type TestMarket,
  testListing,
  testTerms,
  write,
} from '../../support/market.ts';
import {
  type MadeSession,
  type MeterOwner,
  makeMeterOwner,
  makeSession,
  type SessionPlan,
} from './make-session.ts';

const SLOT_SEC = 900;

const METERING = { unsignedCost: 1_000_000n, allowedCost: 100_000n, maxPowerW: 11_000n, idTagPrefix: '' };

/** A session whose meter signs: settled on a ledger, with its evidence. */
export interface SettledSession extends MadeSession {
  bookingId: Hex;
  agent: PrivateKeyAccount;
  receipt: TransactionReceipt;
}

/** A charger with a meter key, on a ledger. */
export class MeteredCharger {
  readonly owner: MeterOwner = makeMeterOwner();
  readonly #market: TestMarket;
  readonly #terms: Terms;
  readonly #listing;
  /** The listing's, once it is published. */
  readonly listingId: Promise<Hex>;

  constructor(market: TestMarket) {
    this.#market = market;
    const metering = { ...METERING, meterAlgorithm: 'ECDSA-secp256r1-SHA256' as const };
    const meterKeyHash = keccak256(this.owner.point);
    const host = localAccount('host').address;
    this.#terms = testTerms(host, this.owner.agent.address, { metering, meterKeyHash });
    this.#listing = { ...testListing(this.#terms, this.owner.point), meterKey: this.owner.point };
    this.listingId = publish(market, this.owner.agent, this.#listing);
  }

  /** Books the current slot, charges, and settles by both signatures. */
  async settle(change: Partial<SessionPlan> = {}): Promise<SettledSession> {
    const market = this.#market;
    const { made, state, session } = await this.#charge(change);
    const args = asBooked(await reported(market, this.owner.agent, made, state, session.final));
    const receipt = await write(market, localAccount('relayer'), 'settle', args);
    return { ...session, bookingId: made.bookingId, agent: this.owner.agent, receipt };
  }

  /**
   * The co-signed half is claimed; the agent claims the rest alone, the driver challenges that, and then signs it after all.
   * Moves the ledger's clock.
   */
  async dispute(change: Partial<SessionPlan> = {}): Promise<SettledSession> {
    const { made, state, session } = await this.#charge(change);
    const { bookingId, booking, sessionKey, secret } = made;
    const call = (name: string, args: readonly unknown[]) =>
      write(this.#market, localAccount('relayer'), name, args);
    const cosigned = (from: BookingStateStruct, reading: Reading) =>
      reported(this.#market, this.owner.agent, made, from, reading);
    const claimed = stateIn(await call('claim', await cosigned(state, halfOf(session))), 'Claimed');
    const booked = { ...booking, bookedAt: sinceOf(state) };
    await reachTime(this.#market.rpcUrl, bookingTimes(booked, this.#terms.bookingTerms, windows).closes);
    const struct = toBookingStruct(booking);
    const agentSignature = await signReading(this.#market, this.owner.agent, session.final);
    const alone = [struct, claimed, toReadingStruct(session.final), agentSignature, secret, NO_RAISE];
    const claimedAlone = stateIn(await call('claimAlone', alone), 'ClaimedAlone');
    const challenge = await signMessageOf(sessionKey, this.#market.ref, 'Challenge', { bookingId });
    const challenged = stateIn(await call('challenge', [struct, claimedAlone, challenge]), 'Challenged');
    const receipt = await call('settleFrom', await cosigned(challenged, session.final));
    return { ...session, bookingId, agent: this.owner.agent, receipt };
  }

  /** Books the current slot; the session's evidence is made as its agent would. */
  async #charge(change: Partial<SessionPlan>) {
    const market = this.#market;
    const driver = await fundDriver(market);
    const [secret, sessionKey] = [generatePrivateKey(), generatePrivateKey()];
    const keys = { startHash: keccak256(secret), sessionKey: privateKeyToAccount(sessionKey).address };
    const listingId = await this.listingId;
    const made = await makeBooking(market, listingId, this.#listing, driver.address, {
      ...keys,
      slotCount: 1,
    });
    const state = reservedState(await book(market, driver, this.#listing, made.booking));
    const beganAt = made.booking.firstSlot * SLOT_SEC;
    const session = await makeSession(this.owner, {
      ...{ bookingId: made.bookingId, market: market.ref, beganAt, secret, sessionKey },
      ...change,
    });
    return { made: { ...made, sessionKey: privateKeyToAccount(sessionKey), secret }, state, session };
  }
}

/** The running reading that both signed at half of the energy. */
const halfOf = ({ lines }: MadeSession): Reading =>
  lines.map((line) => JSON.parse(line)).findLast(({ reading }) => reading !== undefined).reading;

/** Writes a session's evidence as its agent would. */
export function writeEvidence(folder: string, { given, salt }: MadeSession): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${given.name}.jsonl`), given.bytes);
  writeFileSync(join(folder, `${given.name}.salt`), `${salt}\n`);
}
