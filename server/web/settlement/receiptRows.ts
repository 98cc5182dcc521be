import { costRoundedDown } from '../../../protocol/cost.ts';
import type { Reading } from '../../../protocol/reading.ts';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import type { PdfRow } from '../app/pdf.ts';
import { duration, energy, exactMoney, type Token, timeOf } from '../app/units.ts';
import { t } from '../app/words.ts';
import type { EndedBooking } from './loadReceipt.ts';
import { lockedOf, partsOfPaid, type ReceiptBooking, type Usage } from './receiptFacts.ts';
import { vatIncluded, vatRate } from './vat.ts';

/** Rows of a receipt, on the page and on paper. */
export interface ReceiptRows {
  usage: PdfRow[];
  parts: PdfRow[];
  totals: PdfRow[];
}

/** What is paid, and what for. */
interface Paid {
  paid: bigint;
  usage: Usage | undefined;
  reading: Reading | undefined;
}

function usageRows({ usage, reading }: Paid): PdfRow[] {
  if (usage === undefined) return [];
  const timeSec = Number(usage.timeSec);
  const shown = energy(Number(usage.energyWh), 3);
  const value =
    reading === undefined
      ? duration(timeSec)
      : `${timeOf(reading.beganAt)} – ${timeOf(reading.endedAt)} (${duration(timeSec)})`;
  return [
    { name: t('settlement.energy'), value: shown, isStrong: true },
    { name: t('settlement.charging'), value },
  ];
}

/** A part of the price, with its quantity; what costs nothing is left out, the energy never. */
function partRows({ booking }: ReceiptBooking, { usage, paid }: Paid, token: Token): PdfRow[] {
  if (usage === undefined) return [];
  const { tariff } = fromTermsStruct(booking.terms);
  const parts = partsOfPaid(booking, usage, paid);
  const text = (units: bigint) => exactMoney(units, token);
  const rows: [string, bigint][] = [
    [
      t('settlement.part.energy', {
        ...{ energy: energy(Number(usage.energyWh), 3), price: text(tariff.pricePerKwh) },
      }),
      parts.energy,
    ],
    [
      t('settlement.part.time', { time: duration(Number(usage.timeSec)), price: text(tariff.pricePerHour) }),
      parts.time,
    ],
    [t('settlement.part.flat'), parts.flat],
    [
      t('settlement.part.overstay', {
        ...{ time: duration(Number(usage.overstaySec)), price: text(tariff.overstayPerHour) },
      }),
      parts.overstay,
    ],
  ];
  const shown = rows
    .filter(([, units], index) => index === 0 || units > 0n)
    .map(([name, units]): PdfRow => ({ name, value: text(units) }));
  return parts.limited === 0n
    ? shown
    : [...shown, { name: t('settlement.part.limited'), value: `–${text(-parts.limited)}` }];
}

function relayFeeRow({ booking: { money } }: ReceiptBooking, token: Token): PdfRow[] {
  if (money.relayFee === 0n) return [];
  return [{ name: t('settlement.relayFee'), value: exactMoney(money.relayFee, token) }];
}

/** The tax in what was paid, where the host states one. */
function vatRow({ facts, vat }: EndedBooking, token: Token): PdfRow[] {
  if (vat === undefined || facts.paid === 0n) return [];
  const name = t('settlement.vat.included', { rate: vatRate(vat), number: vat.number });
  return [{ name, value: exactMoney(vatIncluded(facts.paid, vat), token) }];
}

/** `isOwn`: the reader is who charged. */
export function receiptRows(ended: EndedBooking, token: Token, isOwn: boolean): ReceiptRows {
  const { made, facts } = ended;
  const text = (units: bigint) => exactMoney(units, token);
  const isContested = facts.event === 'NoShowContested';
  const lost: PdfRow[] =
    facts.lost === 0n ? [] : [{ name: t('settlement.lost'), value: text(facts.lost), isStrong: true }];
  return {
    usage: usageRows(facts),
    parts: partRows(made, facts, token),
    totals: [
      {
        name: isContested ? t('settlement.paidToNobody') : t('settlement.paidToHost'),
        ...{ value: text(facts.paid), isStrong: true },
      },
      ...vatRow(ended, token),
      ...lost,
      {
        name: isOwn ? t('settlement.refunded') : t('settlement.refundedToDriver'),
        ...{ value: text(facts.refunded), isStrong: true },
      },
      ...relayFeeRow(made, token),
    ],
  };
}

/** The rows before the ledger has the settlement: by the final figures that both signed. */
export function pendingRows(
  made: ReceiptBooking,
  reading: Reading,
  bondMax: bigint,
  token: Token,
): ReceiptRows {
  const { tariff } = fromTermsStruct(made.booking.terms);
  const paid = costRoundedDown(tariff, reading, made.booking.money.cap);
  const refunded = lockedOf(made.booking, bondMax) - paid;
  const usage = {
    energyWh: BigInt(reading.energyWh),
    timeSec: BigInt(reading.endedAt - reading.beganAt),
    overstaySec: BigInt(reading.overstaySec),
  };
  const text = (units: bigint) => exactMoney(units, token);
  return {
    usage: usageRows({ paid, usage, reading }),
    parts: partRows(made, { paid, usage, reading }, token),
    totals: [
      { name: t('settlement.willBePaid'), value: text(paid), isStrong: true },
      { name: t('settlement.willBeRefunded'), value: text(refunded), isStrong: true },
      ...relayFeeRow(made, token),
    ],
  };
}
