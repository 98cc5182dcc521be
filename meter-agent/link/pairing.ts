import { randomInt } from 'node:crypto';
import { type Address, type Hex, isAddressEqual } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { PlugpactError } from '../../protocol/errors.ts';
import type { PairingOffer } from '../../protocol/link.ts';
import { listingIdOf } from '../../protocol/listing.ts';
import { signMessageOf } from '../../protocol/signature.ts';
import type { MarketRef } from '../../protocol/signedTypes.ts';
import type { Connector, Connectors } from '../connectors/connectors.ts';
import { type Consent, consentOf, keepConsent } from '../connectors/consents.ts';
import type { Journal } from '../journal/journal.ts';
import { Tries } from '../lib/tries.ts';
import type { LinkReply } from './api-link.ts';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const CODE_LENGTH = 8;

/** The ledger accepts a consent for 10 minutes at most; one minute is left for clocks that differ. */
const CONSENT_SEC = 540;

const NOTE = 'pairingCodes';

/**
 * Pairing codes of connectors that are not listed yet. A code is shown beside its wallbox; who types it may list
 * it.
 */
export class Pairing {
  readonly #connectors: Connectors;
  readonly #journal: Journal;
  readonly #account: PrivateKeyAccount;
  readonly #nowSec: () => number;
  readonly #tries = new Tries('pairing.tooManyTries', 'pairing codes');

  constructor(connectors: Connectors, journal: Journal, account: PrivateKeyAccount, nowSec: () => number) {
    this.#connectors = connectors;
    this.#journal = journal;
    this.#account = account;
    this.#nowSec = nowSec;
  }

  /** Offers of all connected connectors without a listing. Codes stay the same over restarts. */
  offers(listed: ReadonlySet<Hex>): { offer: PairingOffer; connector: Connector }[] {
    const codes = this.#journal.note<Record<Hex, string>>(NOTE) ?? {};
    const waiting = this.#connectors
      .all()
      .filter(
        ({ chargePointId, hash }) =>
          this.#connectors.isOnline(chargePointId) && !listed.has(listingIdOf(this.#account.address, hash)),
      );
    const fresh = waiting.filter(({ hash }) => codes[hash] === undefined);
    for (const { hash } of fresh) codes[hash] = newCode();
    if (fresh.length > 0) this.#journal.setNote(NOTE, codes);
    return waiting.map((connector) => ({
      connector,
      offer: this.#offer(connector, codes[connector.hash] as string),
    }));
  }

  #offer({ chargePointId, hash, config, meterKey }: Connector, code: string): PairingOffer {
    const { vendor, model } = this.#connectors.info(chargePointId);
    return {
      code,
      connector: hash,
      chargePointVendor: vendor.slice(0, 50),
      chargePointModel: model.slice(0, 50),
      maxPowerW: config.maxPowerW,
      connectorStandard: config.connectorStandard,
      powerType: config.powerType,
      meterKey: meterKey?.key ?? '0x',
      meterAlgorithm: meterKey?.algorithm ?? 'none',
    };
  }

  /** Signs the agent's consent to be listed by `host`, for the right code only. */
  async consent(ref: MarketRef, listed: ReadonlySet<Hex>, code: string, host: Address): Promise<LinkReply> {
    const now = this.#nowSec();
    this.#tries.require(now);
    const found = this.offers(listed).find(({ offer }) => offer.code === code.toUpperCase());
    if (found === undefined) {
      this.#tries.wrong(now);
      throw new PlugpactError({
        code: 'pairing.unknownCode',
        rule: 'No connector of this agent waits with this code.',
        remedy: 'Type the code that the agent shows for the connector; a listed connector has none.',
      });
    }
    const { offer } = found;
    const listingId = listingIdOf(this.#account.address, offer.connector);
    requireSameHost(consentOf(this.#journal, listingId), host, now);
    const validUntil = now + CONSENT_SEC;
    keepConsent(this.#journal, listingId, { host, validUntil });
    const message = { listingId, host, validUntil: BigInt(validUntil) };
    const signature = await signMessageOf(this.#account, ref, 'AgentConsent', message);
    return { consent: { offer, validUntil, signature } };
  }
}

/** While somebody may publish by the consent that he has, nobody else gets one. */
function requireSameHost(given: Consent | undefined, host: Address, now: number): void {
  if (given === undefined || now >= given.validUntil || isAddressEqual(given.host, host)) return;
  throw new PlugpactError({
    code: 'pairing.otherHost',
    value: given.host,
    rule: 'The agent gives its consent to one host at a time: another typed this code before.',
    remedy: 'Try again in ten minutes, if that host has not listed the connector by then.',
    retry: 'later',
  });
}

function newCode(): string {
  return Array.from({ length: CODE_LENGTH }, () => BASE32[randomInt(BASE32.length)]).join('');
}
