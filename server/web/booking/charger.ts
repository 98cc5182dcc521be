import { encodeAbiParameters, type Hex, keccak256 } from 'viem';
import { plugpactMarketAbi } from '../../../protocol/abi.ts';
import type { ChargerDetail, TermsJson } from '../../../protocol/api.ts';
import { unpackHours, type WeeklyHours } from '../../../protocol/hours.ts';
import { unpackListingWord } from '../../../protocol/listing.ts';
import { fromTermsStruct, type Terms, type TermsStruct, termsHash } from '../../../protocol/terms.ts';
import { api } from '../app/api.ts';
import type { Ledger } from '../app/ledgerClient.ts';

/** A charger with its packed words decoded. */
export interface Charger {
  detail: ChargerDetail;
  struct: TermsStruct;
  terms: Terms;
  hours: WeeklyHours;
  /** Whether the commitment on the ledger is to exactly these terms, hours and location. */
  onLedger: boolean;
}

export const termsStructOf = (json: TermsJson): TermsStruct => ({
  host: json.host,
  agentKey: json.agentKey,
  tariff: BigInt(json.tariff),
  bookingTerms: BigInt(json.bookingTerms),
  metering: BigInt(json.metering),
  meterKeyHash: json.meterKeyHash,
});

/** Loads a charger from the API and checks it against the commitment on the ledger. */
export async function loadCharger(ledger: Ledger, listingId: Hex): Promise<Charger> {
  const detail = await api('getCharger', { params: { listingId } });
  const struct = termsStructOf(detail.terms);
  const hours = BigInt(detail.weeklyHours);
  const word = await ledger.client.readContract({
    address: ledger.ref.market,
    abi: plugpactMarketAbi,
    functionName: 'listingOf',
    args: [listingId],
  });
  const onLedger = unpackListingWord(word).commitment === commitmentOf(struct, hours, detail.placeHash);
  return { detail, struct, terms: fromTermsStruct(struct), hours: unpackHours(hours), onLedger };
}

/** The commitment in a listing's word, as in contracts/stages/Listings.sol: the low 192 bits of the hash. */
export function commitmentOf(terms: TermsStruct, weeklyHours: bigint, placeHash: Hex): bigint {
  const hash = keccak256(
    encodeAbiParameters(
      [{ type: 'bytes32' }, { type: 'uint256' }, { type: 'bytes32' }],
      [termsHash(terms), weeklyHours, placeHash],
    ),
  );
  return BigInt.asUintN(192, BigInt(hash));
}
