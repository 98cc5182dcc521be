import { cellToLatLng, latLngToCell } from 'h3-js';
import { type Account, type Hex, keccak256, size } from 'viem';
import { generatePrivateKey } from 'viem/accounts';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import type { PairingResponse } from '../../protocol/api.ts';
import { type Handover, placeCommitmentOf } from '../../protocol/handover.ts';
import { ALWAYS, packHours, type WeeklyHours } from '../../protocol/hours.ts';
import { type ListingStruct, packLocation } from '../../protocol/listing.ts';
import { DEFAULT_PRESET, presetAllowance, presetBookingTerms } from '../../protocol/presets.ts';
import { seal } from '../../protocol/seal.ts';
import { toCompact } from '../../protocol/signature.ts';
import { type Tariff, toTermsStruct } from '../../protocol/terms.ts';
import { waitFor } from '../lib/wait.ts';
import type { ApiClient } from './api-client.ts';
import type { LedgerAccess } from './ledger-access.ts';

/** 0.25 per kWh, nothing for the time, 2.00 per hour for blocking the driveway. Token units of 6 decimals. */
const TARIFF: Tariff = {
  pricePerKwh: 250_000n,
  pricePerHour: 0n,
  overstayPerHour: 2_000_000n,
  flatFee: 0n,
  overstayReserve: 500_000n,
  discountBp: 0n,
};

/** A local charger may be started in the slot before, so that nobody waits for the next quarter of an hour. */
const EARLY_START_MIN = 15n;

/** The middle of a cell in Berlin: about 0.7 km², many houses. */
const [LATITUDE, LONGITUDE] = cellToLatLng('881f1d4887fffff');

/** What a listing says beside what its agent offers. */
export interface Home {
  tariff: Tariff;
  weeklyHours: WeeklyHours;
  latitude: number;
  longitude: number;
  instructions: string;
  contact: string;
}

/** Houses of a town can be told from each other, not their doors. */
const RESOLUTION = 8;

/** Where the first charger of a local run stands, and what it costs. */
const FIRST_HOME: Home = {
  tariff: TARIFF,
  weeklyHours: ALWAYS,
  latitude: LATITUDE,
  longitude: LONGITUDE,
  instructions: 'Through the gate on the left; the wallbox hangs beside the garage.',
  contact: 'host@example.org',
};

/** A pairing code that a waiting wallbox shows; the API returns these only on a local ledger. */
export async function firstPairingCode(api: ApiClient): Promise<string | undefined> {
  const { local } = await api.call('getConfig');
  return local?.pairingCodes.toSorted()[0];
}

/** Pairs with the agent that shows `code` and publishes its connector: the first home of a local run, or another. */
export async function listCharger(
  api: ApiClient,
  ledger: LedgerAccess,
  host: Account,
  code: string,
  home = FIRST_HOME,
) {
  const pairing = await api.call('pairCharger', { body: { code, host: host.address } });
  const handover = { listingId: pairing.listingId, salt: generatePrivateKey(), ...privateLocationOf(home) };
  const { decimals } = ledger.config.token;
  const listing = listingOf(host, pairing, placeCommitmentOf(handover), decimals, home);
  const receipt = await ledger.send(
    host,
    ledger.config.market,
    ledger.marketCall('publishListing', [
      listing,
      BigInt(pairing.consentValidUntil),
      toCompact(pairing.agentConsent),
      '0x',
    ]),
  );
  await waitFor('the agent to take the exact place', () => handOverLocation(api, handover), { pollMs: 500 });
  return { listingId: pairing.listingId, receipt, offer: pairing.offer };
}

/** What only the booked driver learns. */
const privateLocationOf = ({ latitude, longitude, instructions, contact }: Home) => ({
  place: `${latitude.toFixed(6)},${longitude.toFixed(6)}`,
  instructions,
  contact,
});

/** Undefined while the API does not know the agent's public key; throws while the agent has not seen its listing. */
async function handOverLocation(api: ApiClient, handover: Handover): Promise<true | undefined> {
  const { agentPublicKey } = await api.call('getCharger', { params: { listingId: handover.listingId } });
  if (agentPublicKey === null) return undefined;
  const envelope = seal(agentPublicKey, JSON.stringify(handover));
  await api.call('sendLocation', { params: { listingId: handover.listingId }, body: { envelope } });
  return true;
}

function listingOf(
  host: Account,
  { agentKey, offer }: PairingResponse,
  placeCommitment: Hex,
  decimals: number,
  { tariff, weeklyHours, latitude, longitude }: Home,
): ListingStruct {
  return {
    terms: toTermsStruct({
      host: host.address,
      agentKey,
      tariff,
      bookingTerms: { ...presetBookingTerms(DEFAULT_PRESET, decimals), earlyStartMin: EARLY_START_MIN },
      metering: {
        ...presetAllowance(DEFAULT_PRESET, tariff, decimals),
        maxPowerW: BigInt(offer.maxPowerW),
        meterAlgorithm: offer.meterAlgorithm,
        idTagPrefix: '',
      },
      meterKeyHash: size(offer.meterKey) === 0 ? `0x${'00'.repeat(32)}` : keccak256(offer.meterKey),
    }),
    weeklyHours: packHours(weeklyHours),
    place: {
      connector: offer.connector,
      location: packLocation({
        h3Cell: latLngToCell(latitude, longitude, RESOLUTION),
        resolution: RESOLUTION,
        connectorStandard: offer.connectorStandard,
        powerType: offer.powerType,
      }),
      placeCommitment,
    },
    meterKey: offer.meterKey,
  };
}

/** Takes all that the host earned with a listing. */
export async function withdrawEarnings(ledger: LedgerAccess, host: Account, listingId: Hex) {
  const [earned] = await ledger.reads.readContract({
    address: ledger.config.market,
    abi: plugpactMarketAbi,
    functionName: 'earningsOf',
    args: [listingId as never, host.address],
  });
  const data = ledger.marketCall('withdrawEarnings', [listingId, earned, host.address]);
  return { earned, receipt: await ledger.send(host, ledger.config.market, data) };
}
