import type { Money } from '../../protocol/booking.ts';
import { leastCap, noshowFee } from '../../protocol/bounds.ts';
import { NETWORKS } from '../../protocol/networks.ts';
import { PRESETS, type PresetName, presetAllowance, presetBookingTerms } from '../../protocol/presets.ts';
import type { Terms } from '../../protocol/terms.ts';
import { deployTestMarket, TARIFF, type TestMarket, testTerms } from '../support/market.ts';
import { HOST, openCharger } from './booked-session.ts';

/** Decimals of the demo money. */
const DECIMALS = 6;

export const PRESET_NAMES = Object.keys(PRESETS) as PresetName[];

/** The terms that the page makes of a preset, at the tariff of these tests. */
export function presetTerms(name: PresetName): Pick<Terms, 'bookingTerms' | 'metering'> {
  const { metering } = testTerms(HOST.address, HOST.address);
  return {
    bookingTerms: presetBookingTerms(name, DECIMALS),
    metering: { ...metering, ...presetAllowance(name, TARIFF, DECIMALS) },
  };
}

/** Of a rollup: the hour of the local ledger is too short for the presets' no-show timeouts. */
const { windows } = NETWORKS.base;

export const deployRollup = (rpcUrl: string): Promise<TestMarket> => deployTestMarket(rpcUrl, windows);

/** A charger with these terms, on such a market. */
export const presetCharger = async (market: TestMarket, name: PresetName, change: Partial<Terms> = {}) => ({
  ...(await openCharger(market, { ...presetTerms(name), ...change })),
  windows,
});

/** The least that a driver must sign for so many slots, in token units. */
export function leastMoney(name: PresetName, slotCount: number): Money {
  const { bookingTerms, metering } = presetTerms(name);
  const cap = leastCap(bookingTerms.minCapPerSlot, bookingTerms.noshowFee, BigInt(slotCount));
  const { unsignedCost, allowedCost } = metering;
  return { cap, unsignedCost, allowedCost, relayFee: 0n };
}

/** The fee of a no-show, in token units. */
export const presetFee = (name: PresetName, slotCount: number): bigint =>
  noshowFee(presetBookingTerms(name, DECIMALS).noshowFee, BigInt(slotCount));
