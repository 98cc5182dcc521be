import { encodeFunctionData, type Hex, isAddressEqual, keccak256, zeroAddress } from 'viem';
import {
  generatePrivateKey,
  type PrivateKeyAccount,
  privateKeyToAccount,
  publicKeyToAddress,
} from 'viem/accounts';
import { demoTokenAbi } from '../../protocol/abi.ts';
import { allowanceAfter, proposedAllowance } from '../../protocol/allowance.ts';
import type {
  AllowanceJson,
  BookingResponse,
  ChargerDetail,
  ReadingJson,
  SessionJson,
} from '../../protocol/api.ts';
import { type Booking, bookingIdOf, type IntentLimits, intentMessage } from '../../protocol/booking.ts';
import { bookCall } from '../../protocol/calls.ts';
import { costRoundedDown } from '../../protocol/cost.ts';
import { PlugpactError } from '../../protocol/errors.ts';
import '../../protocol/allCatalogues.ts';
import { renderSessionDetail } from '../../protocol/renderNotice.ts';
import { seal } from '../../protocol/seal.ts';
import { signerOf, signMessageOf } from '../../protocol/signature.ts';
import { SLOT_SEC } from '../../protocol/slots.ts';
import { fromTermsStruct, type TermsStruct } from '../../protocol/terms.ts';
import type { ApiClient } from './api-client.ts';
import type { LedgerAccess } from './ledger-access.ts';

const PURSE = 0;
/** The time between a booking's making and its block, at most: a slot that ends within it is not begun. */
export const SOON_SEC = 10;

/** Events of a session under way. */
export interface SessionEvents {
  reading: (reading: ReadingJson, cost: bigint) => void;
  session: (state: SessionJson['state'], powerW: number, detail: string) => void;
  /** The driver raised what the agent's word may cost, token units. */
  allowance?: (cost: bigint) => void;
}

/** A driver without a browser, who has only keys and the API's address. */
export class HeadlessDriver {
  readonly account: PrivateKeyAccount = privateKeyToAccount(generatePrivateKey());
  readonly #session: PrivateKeyAccount = privateKeyToAccount(generatePrivateKey());
  readonly #secret: Hex = generatePrivateKey();
  readonly #api: ApiClient;
  readonly #ledger: LedgerAccess;
  #booking: Booking | undefined;
  /** What the agent's word may cost by now, token units. */
  #allowedCost = 0n;

  constructor(api: ApiClient, ledger: LedgerAccess) {
    this.#api = api;
    this.#ledger = ledger;
  }

  get bookingId(): Hex {
    return bookingIdOf(this.#ledger.ref, this.booking);
  }

  get booking(): Booking {
    if (this.#booking === undefined) throw new Error('Nothing is booked yet.');
    return this.#booking;
  }

  /** Asks the faucet for demo money and gas, and puts `amount` token units into the purse. */
  async fund(amount: bigint) {
    const { market, token } = this.#ledger.config;
    const gift = await this.#api.call('giveDemoMoney', { body: { account: this.account.address } });
    await this.#ledger.mined(gift.transactionHash);
    const approve = encodeFunctionData({
      abi: demoTokenAbi,
      functionName: 'approve',
      args: [market, amount],
    });
    await this.#ledger.send(this.account, token.address, approve);
    const deposit = this.#ledger.marketCall('deposit', [this.account.address, PURSE, amount]);
    return this.#ledger.send(this.account, market, deposit);
  }

  /** Books the charger from the slot that contains now, or begins within seconds, by an intent that the relayer sends. */
  async book(charger: ChargerDetail, slotCount: number, cap: bigint) {
    const [, generation] = await this.#ledger.purse(this.account.address, PURSE);
    const { timestamp } = await this.#ledger.reads.getBlock({ blockTag: 'pending' });
    const terms = termsStructOf(charger);
    const { unsignedCost, allowedCost } = fromTermsStruct(terms).metering;
    const { relayer, fee: relayFee } = await this.#relayTerms();
    const booking: Booking = {
      listingId: charger.listingId,
      connector: charger.place.connector,
      driver: this.account.address,
      purse: PURSE,
      generation,
      sessionKey: this.#session.address,
      firstSlot: Math.floor((Number(timestamp) + SOON_SEC) / SLOT_SEC),
      slotCount,
      money: { cap, unsignedCost, allowedCost, relayFee },
      startHash: keccak256(this.#secret),
      terms,
    };
    this.#booking = booking;
    this.#allowedCost = allowedCost;
    const limits: IntentLimits = { relayer, validUntil: timestamp + 300n };
    const intent = intentMessage(booking, limits);
    const signature = await signMessageOf(this.account, this.#ledger.ref, 'Intent', intent);
    const listing = { weeklyHours: BigInt(charger.weeklyHours), placeHash: charger.placeHash };
    const { functionName, args } = await bookCall(this.#ledger.ref, booking, listing, limits, signature);
    return this.#ledger.relay(this.#ledger.marketCall(functionName, args));
  }

  /** What the relayer takes for a booking by an account of one key, token units; anybody may send one without a fee. */
  async #relayTerms() {
    const { relayer, fees } = await this.#api.call('readRelayFees');
    const fee = BigInt(fees.find(({ functionName }) => functionName === 'book')?.fee ?? 0);
    return { relayer: fee === 0n ? zeroAddress : relayer, fee };
  }

  /** Hands over the start secret, sealed to the agent key that the terms pin. */
  async start(agentPublicKey: Hex): Promise<void> {
    if (!isAddressEqual(publicKeyToAddress(agentPublicKey), this.booking.terms.agentKey)) {
      throw new PlugpactError({
        code: 'start.agentKey',
        value: agentPublicKey,
        rule: 'The start secret is sealed to the agent key in the booked terms only.',
        remedy: 'Do not use this API: it names another key than the ledger.',
      });
    }
    const message = { bookingId: this.bookingId, secret: this.#secret };
    const signature = await this.#sign('Start', message);
    const envelope = seal(agentPublicKey, JSON.stringify({ ...message, signature }));
    await this.#api.call('startCharging', { params: { bookingId: this.bookingId }, body: { envelope } });
  }

  async stop(): Promise<void> {
    const signature = await this.#sign('Stop', { bookingId: this.bookingId });
    await this.#api.call('stopCharging', { params: { bookingId: this.bookingId }, body: { signature } });
  }

  /** Checks and co-signs readings until the ledger has paid. */
  async follow(events: SessionEvents): Promise<BookingResponse> {
    const validUntil = Math.floor(Date.now() / 1000) + 3_600;
    const signature = await this.#sign('Watch', {
      bookingId: this.bookingId,
      validUntil: BigInt(validUntil),
    });
    let newest: ReadingJson | undefined;
    for await (const live of this.#api.live(this.bookingId, `${validUntil}.${signature}`)) {
      if (live.event === 'reading') {
        newest = await this.#cosign(live.data.reading, live.data.agentSignature, newest, events);
      } else if (live.event === 'session') {
        const { state, powerW, detail } = live.data;
        events.session(state, powerW, renderSessionDetail(detail, { locale: 'en' }));
      } else if (live.event === 'booking' && live.data.settlementStatus === 'SETTLED') return live.data;
    }
    throw new Error('The API ended the live stream before the ledger paid.');
  }

  async withdraw() {
    const [balance] = await this.#ledger.purse(this.account.address, PURSE);
    const data = this.#ledger.marketCall('withdraw', [PURSE, balance, this.account.address]);
    return { balance, receipt: await this.#ledger.send(this.account, this.#ledger.config.market, data) };
  }

  async #cosign(
    reading: ReadingJson,
    agentSignature: Hex,
    newest: ReadingJson | undefined,
    events: SessionEvents,
  ) {
    const { terms, money } = this.booking;
    if (newest !== undefined && reading.seq <= newest.seq) return newest;
    const signer = await signerOf(this.#ledger.ref, 'Reading', reading, agentSignature);
    const { tariff, metering } = fromTermsStruct(terms);
    const seconds = BigInt(reading.endedAt - reading.beganAt);
    const mostWh = (metering.maxPowerW * seconds) / 3_600n + 1n;
    if (!isAddressEqual(signer, terms.agentKey) || BigInt(reading.energyWh) > mostWh) {
      throw new PlugpactError({
        code: 'reading.implausible',
        value: `${reading.energyWh} Wh in ${seconds} s by ${signer}`,
        rule: `A reading is signed by the agent key and holds at most ${mostWh} Wh.`,
        remedy: 'It is not co-signed: the agent pauses at what you co-signed and allowed.',
      });
    }
    const signature = await this.#sign('Reading', reading);
    await this.#api.call('cosignReading', {
      params: { bookingId: this.bookingId },
      body: { seq: reading.seq, signature },
    });
    events.reading(reading, costRoundedDown(tariff, reading, money.cap));
    if (!reading.isFinal) await this.#allow(reading, events);
    return reading;
  }

  /** Raises the allowance after a co-signature, so that the charge goes on while this device does nothing. */
  async #allow(reading: ReadingJson, events: SessionEvents): Promise<void> {
    const upTo = proposedAllowance(this.booking.money.cap, this.#ledger.config.token.decimals);
    const cost = allowanceAfter(this.booking, reading, upTo);
    if (cost <= this.#allowedCost) return;
    const signature = await this.#sign('Allowance', { bookingId: this.bookingId, cost });
    const raise: AllowanceJson = { cost: String(cost), signature };
    await this.#api.call('raiseAllowance', { params: { bookingId: this.bookingId }, body: raise });
    this.#allowedCost = cost;
    events.allowance?.(cost);
  }

  #sign(type: 'Start' | 'Stop' | 'Watch' | 'Reading' | 'Allowance', message: object): Promise<Hex> {
    return signMessageOf(this.#session, this.#ledger.ref, type, message);
  }
}

function termsStructOf({ terms }: ChargerDetail): TermsStruct {
  return {
    host: terms.host,
    agentKey: terms.agentKey,
    tariff: BigInt(terms.tariff),
    bookingTerms: BigInt(terms.bookingTerms),
    metering: BigInt(terms.metering),
    meterKeyHash: terms.meterKeyHash,
  };
}
