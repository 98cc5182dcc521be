import { costOfParts } from './cost.ts';
import type { BookingTerms, Metering, Tariff } from './terms.ts';
import { parseDecimal } from './units.ts';

/** What a host can set with one choice. Money in whole tokens as decimal text, so that it fits every market. */
interface Preset {
  horizonSlots: number;
  maxSlots: number;
  cancelUntilMin: number;
  noshowTimeoutMin: number;
  lateStopMin: number;
  /** A late cancel costs half of it. */
  noshowFeePerSlot: string;
  minCapPerSlot: string;
  /** May be paid above what was co-signed, on the agent's word. 0: no bond, no challenge, no waiting. */
  unsignedCost: string;
  /** Energy and time whose cost the agent's word is asked for, so that a charge can begin. */
  askedWh: number;
  askedSec: number;
}

const SLOTS_PER_HOUR = 4;
const SLOTS_PER_DAY = 24 * SLOTS_PER_HOUR;

/** Every figure of the three presets (rule 18). The ranges that the ledger enforces are held against them by a test. */
export const PRESETS = {
  relaxed: {
    horizonSlots: 14 * SLOTS_PER_DAY,
    maxSlots: SLOTS_PER_DAY,
    cancelUntilMin: 2 * 60,
    noshowTimeoutMin: 45,
    lateStopMin: 30,
    noshowFeePerSlot: '0.01',
    minCapPerSlot: '0.05',
    unsignedCost: '0',
    askedWh: 100,
    askedSec: 300,
  },
  usual: {
    horizonSlots: 7 * SLOTS_PER_DAY,
    maxSlots: 12 * SLOTS_PER_HOUR,
    cancelUntilMin: 12 * 60,
    noshowTimeoutMin: 30,
    lateStopMin: 15,
    noshowFeePerSlot: '0.02',
    minCapPerSlot: '0.1',
    unsignedCost: '0',
    askedWh: 100,
    askedSec: 300,
  },
  strict: {
    horizonSlots: 3 * SLOTS_PER_DAY,
    maxSlots: 6 * SLOTS_PER_HOUR,
    cancelUntilMin: 24 * 60,
    noshowTimeoutMin: 20,
    lateStopMin: 15,
    noshowFeePerSlot: '0.05',
    minCapPerSlot: '0.25',
    unsignedCost: '0',
    askedWh: 100,
    askedSec: 300,
  },
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof PRESETS;

export const DEFAULT_PRESET: PresetName = 'usual';

/** Constants of a deployment's money, in whole tokens as decimal text. */
export const MARKET_MONEY = { bondMax: '10', firstTrustMax: '0.5', forfeitMin: '0.05' } as const;

/** Larger than any cost here: for a cost that no cap cuts. */
const NO_CAP = (1n << 64n) - 1n;

/** The booking terms of a preset, in token units of a market with these decimals. */
export function presetBookingTerms(name: PresetName, decimals: number): BookingTerms {
  const preset: Preset = PRESETS[name];
  return {
    cancelUntilMin: BigInt(preset.cancelUntilMin),
    earlyStartMin: 0n,
    noshowTimeoutMin: BigInt(preset.noshowTimeoutMin),
    lateStopMin: BigInt(preset.lateStopMin),
    minSlots: 1n,
    maxSlots: BigInt(preset.maxSlots),
    leadTimeMin: 0n,
    horizonSlots: BigInt(preset.horizonSlots),
    noshowFee: parseDecimal(preset.noshowFeePerSlot, decimals),
    minCapPerSlot: parseDecimal(preset.minCapPerSlot, decimals),
  };
}

/** The trust that a preset asks of drivers at a tariff, in token units: never a flat fee, always the overstay reserve. */
export function presetAllowance(
  name: PresetName,
  tariff: Tariff,
  decimals: number,
): Pick<Metering, 'unsignedCost' | 'allowedCost'> {
  const { askedWh, askedSec, unsignedCost }: Preset = PRESETS[name];
  const priced = { ...tariff, flatFee: 0n, overstayReserve: 0n };
  const first = costOfParts(priced, BigInt(askedWh), BigInt(askedSec), 0n, NO_CAP);
  const most = parseDecimal(MARKET_MONEY.firstTrustMax, decimals);
  return {
    unsignedCost: parseDecimal(unsignedCost, decimals),
    allowedCost: (first < most ? first : most) + tariff.overstayReserve,
  };
}
