import type { ConfigResponse } from '../../../protocol/api.ts';
import { PlugpactError } from '../../../protocol/errors.ts';
import type { BookingTerms, Terms } from '../../../protocol/terms.ts';
import { t } from '../app/words.ts';

/** 7 calendar words of 224 slots: the capacity of the ledger's calendar (contracts/libraries/Calendar.sol). */
const MAX_HORIZON_SLOTS = 1_568n;
const MAX_SLOTS = 96n;
/** As in contracts/stages/Listings.sol. */
const MAX_CANCEL_UNTIL_MIN = 7n * 24n * 60n;
const MIN_NOSHOW_TIMEOUT_MIN = 15n;
const MAX_NOSHOW_TIMEOUT_MIN = 24n * 60n;
const MAX_EDGE_MIN = 6n * 60n;
const MAX_DISCOUNT_BP = 9_000n;

interface Range {
  value: bigint;
  least: bigint;
  most: bigint;
  what: string;
  remedy: string;
}

type Limits = Pick<ConfigResponse, 'windows' | 'firstTrustMax'>;

/**
 * Checks the ranges that the ledger enforces, so that a host learns of a mistake before signing it.
 *
 * @throws PlugpactError `listing.termOutOfRange` with the first term that is out of its range.
 */
export function requireRanges(terms: Terms, limits: Limits): void {
  const ranges = [...timeRanges(terms.bookingTerms, limits), ...moneyRanges(terms, limits)];
  const wrong = ranges.find(({ value, least, most }) => value < least || value > most);
  if (wrong === undefined) return;
  const { value, least, most, what, remedy } = wrong;
  throw new PlugpactError({
    code: 'listing.termOutOfRange',
    value: String(value),
    rule: t('listing.range', { what, least: `${least}`, most: `${most}` }),
    remedy,
  });
}

function timeRanges(terms: BookingTerms, { windows }: Limits): Range[] {
  const reportMin = BigInt(Math.floor((windows.reportSec - 1) / 60));
  const mostTimeout = reportMin < MAX_NOSHOW_TIMEOUT_MIN ? reportMin : MAX_NOSHOW_TIMEOUT_MIN;
  const choose = t('listing.range.remedy.time');
  const edge = (value: bigint, what: string): Range => ({
    value,
    least: 0n,
    most: MAX_EDGE_MIN,
    what,
    remedy: choose,
  });
  return [
    {
      ...{ value: terms.maxSlots, least: terms.minSlots, most: MAX_SLOTS, remedy: choose },
      what: t('listing.range.longest'),
    },
    {
      ...{ value: terms.horizonSlots, least: terms.maxSlots, most: MAX_HORIZON_SLOTS, remedy: choose },
      what: t('listing.range.horizon'),
    },
    {
      ...{ value: terms.cancelUntilMin, least: 0n, most: MAX_CANCEL_UNTIL_MIN, remedy: choose },
      what: t('listing.range.cancel'),
    },
    {
      ...{ value: terms.noshowTimeoutMin, least: MIN_NOSHOW_TIMEOUT_MIN, most: mostTimeout },
      what: t('listing.range.noshow'),
      remedy: t('listing.range.remedy.terms'),
    },
    edge(terms.earlyStartMin, t('listing.range.early')),
    edge(terms.lateStopMin, t('listing.range.unplug')),
  ];
}

function moneyRanges({ tariff, metering }: Terms, { firstTrustMax }: Limits): Range[] {
  const most = BigInt(firstTrustMax) + tariff.overstayReserve;
  const remedy = t('listing.range.remedy.prices');
  return [
    {
      ...{ value: metering.allowedCost, least: 0n, most, remedy },
      what: t('listing.range.allowed'),
    },
    {
      ...{ value: metering.unsignedCost, least: 0n, most, remedy },
      what: t('listing.range.unsigned'),
    },
    {
      ...{ value: tariff.discountBp, least: 0n, most: MAX_DISCOUNT_BP },
      what: t('listing.range.discount'),
      remedy: t('listing.range.remedy.discount'),
    },
  ];
}
