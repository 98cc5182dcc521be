import type { Booking } from './booking.ts';
import { costOfParts } from './cost.ts';
import type { Reading } from './reading.ts';
import { fromTermsStruct, type Terms } from './terms.ts';
import { max, min, parseDecimal } from './units.ts';

/** What a driver is proposed to allow at most, in whole tokens as decimal text. */
const PROPOSED_MAX = '2';

/** While power flows an agent signs a reading at least this often (rule 4). */
const READING_INTERVAL_SEC = 60n;

/** The least energy that a device which is awake allows ahead of what it co-signed. */
const LEAST_STEP_WH = 100n;

/** The proposed allowance of a need that costs so much, in token units of a market with these decimals. */
export const proposedAllowance = (needCost: bigint, decimals: number): bigint =>
  min(needCost, parseDecimal(PROPOSED_MAX, decimals));

/**
 * What the driver's device allows once it co-signed this reading, in token units, at most the booking's cap: at 0 Wh
 * what the host asks and the flat fee, which is no part of that; then up to what the driver chose, or, where the driver
 * chose to watch (`upTo` undefined), a step ahead of the reading. A raise is only sent if it is higher than the last.
 */
export function allowanceAfter(
  { money, terms }: Pick<Booking, 'money' | 'terms'>,
  reading: Pick<Reading, 'energyWh' | 'beganAt' | 'endedAt' | 'overstaySec'>,
  upTo: bigint | undefined,
): bigint {
  const { tariff, metering } = fromTermsStruct(terms);
  const energyWh = BigInt(reading.energyWh);
  if (energyWh === 0n) return min(money.allowedCost + tariff.flatFee, money.cap);
  if (upTo !== undefined) return min(upTo, money.cap);
  const stepSec = 2n * READING_INTERVAL_SEC;
  const stepWh = max(LEAST_STEP_WH, (metering.maxPowerW * stepSec) / 3_600n);
  const timeSec = BigInt(reading.endedAt - reading.beganAt) + stepSec;
  return costOfParts(tariff, energyWh + stepWh, timeSec, BigInt(reading.overstaySec), money.cap);
}

/** Seconds of charging at the listed power that an amount in token units pays, rounded down; undefined where they cost nothing. */
export function secondsFor(
  { tariff, metering }: Pick<Terms, 'tariff' | 'metering'>,
  units: bigint,
): number | undefined {
  const perThousandHours = metering.maxPowerW * tariff.pricePerKwh + tariff.pricePerHour * 1_000n;
  return perThousandHours === 0n ? undefined : Number((max(units, 0n) * 3_600_000n) / perThousandHours);
}
