import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Hex, keccak256, type TransactionReceipt } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { reservedState } from '../../../protocol/state.ts';
import { localAccount } from '../../../scripts/lib/local-accounts.ts';
import {
  asBooked,
  book,
  fundDriver,
  makeBooking,
  publish,
  reported,
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
  receipt: TransactionReceipt;
}

/** A charger with a meter key, on a ledger. */
export class MeteredCharger {
  readonly owner: MeterOwner = makeMeterOwner();
  readonly #market: TestMarket;
  readonly #listing;
  readonly #listingId: Promise<Hex>;

  constructor(market: TestMarket) {
    this.#market = market;
    const metering = { ...METERING, meterAlgorithm: 'ECDSA-secp256r1-SHA256' as const };
    const meterKeyHash = keccak256(this.owner.point);
    const host = localAccount('host').address;
    const terms = testTerms(host, this.owner.agent.address, { metering, meterKeyHash });
    this.#listing = { ...testListing(terms, this.owner.point), meterKey: this.owner.point };
    this.#listingId = publish(market, this.owner.agent, this.#listing);
  }

  /** Books the current slot, charges, and settles by both signatures. */
  async settle(change: Partial<SessionPlan> = {}): Promise<SettledSession> {
    const market = this.#market;
    const driver = await fundDriver(market);
    const [secret, sessionKey] = [generatePrivateKey(), generatePrivateKey()];
    const keys = { startHash: keccak256(secret), sessionKey: privateKeyToAccount(sessionKey).address };
    const listingId = await this.#listingId;
    const made = await makeBooking(market, listingId, this.#listing, driver.address, {
      ...keys,
      slotCount: 1,
    });
    const state = reservedState(await book(market, driver, this.#listing, made.booking));
    const { bookingId } = made;
    const beganAt = made.booking.firstSlot * SLOT_SEC;
    const session = await makeSession(this.owner, {
      ...{ bookingId, market: market.ref, beganAt, secret, sessionKey },
      ...change,
    });
    const cosigned = { ...made, sessionKey: privateKeyToAccount(sessionKey) };
    const args = asBooked(await reported(market, this.owner.agent, cosigned, state, session.final));
    const receipt = await write(market, localAccount('relayer'), 'settle', args);
    return { ...session, bookingId, receipt };
  }
}

/** Writes a session's evidence as its agent would. */
export function writeEvidence(folder: string, { given, salt }: MadeSession): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${given.name}.jsonl`), given.bytes);
  writeFileSync(join(folder, `${given.name}.salt`), `${salt}\n`);
}
