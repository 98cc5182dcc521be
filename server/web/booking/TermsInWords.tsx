import { List } from '@mantine/core';
import type { Terms } from '../../../protocol/terms.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { duration, moneyUnit } from '../app/units.ts';
import { t } from '../app/words.ts';

type MoneyText = (units: bigint) => string;

function trustSentence({ metering, tariff }: Terms, moneyText: MoneyText): string {
  const { unsignedCost, allowedCost } = metering;
  const { flatFee } = tariff;
  return [
    t('booking.terms.onWord', { amount: moneyText(allowedCost) }),
    ...(flatFee === 0n ? [] : [t('booking.terms.flatAtCable', { amount: moneyText(flatFee) })]),
    ...(unsignedCost === 0n ? [] : [t('booking.terms.unsigned', { amount: moneyText(unsignedCost) })]),
  ].join(' ');
}

function cancelSentence({ bookingTerms }: Terms, moneyText: MoneyText): string {
  const { cancelUntilMin, earlyStartMin, noshowFee } = bookingTerms;
  const until = Math.max(Number(cancelUntilMin), Number(earlyStartMin)) * 60;
  const when =
    until === 0
      ? t('booking.terms.freeUntilStart')
      : t('booking.terms.freeBefore', { duration: duration(until) });
  const fee =
    noshowFee === 0n
      ? t('booking.terms.noFee')
      : t('booking.terms.feePerSlot', { amount: moneyText(noshowFee) });
  return `${when} ${fee}`;
}

function timeSentences({ bookingTerms, tariff }: Terms, moneyText: MoneyText): string {
  const late = Number(bookingTerms.lateStopMin) * 60;
  const early = Number(bookingTerms.earlyStartMin) * 60;
  return [
    late > 0 ? t('booking.terms.endsAndUnplug', { duration: duration(late) }) : t('booking.terms.ends'),
    ...(tariff.overstayPerHour > 0n
      ? [t('booking.terms.overstay', { amount: moneyText(tariff.overstayPerHour) })]
      : []),
    ...(early > 0 ? [t('booking.terms.early', { duration: duration(early) })] : []),
  ].join(' ');
}

/** The host's terms in words. A booking pins them: nobody can change them afterwards. */
export function TermsInWords({ terms }: { terms: Terms }) {
  const { config } = useMarket();
  const moneyText = (units: bigint) => moneyUnit(units, config.token);
  const meter =
    terms.metering.meterAlgorithm === 'none' ? 'booking.terms.meterSilent' : 'booking.terms.meterSigns';
  return (
    <List size="sm" spacing={6} c="dimmed" pr="xs">
      <List.Item>{cancelSentence(terms, moneyText)}</List.Item>
      <List.Item>{timeSentences(terms, moneyText)}</List.Item>
      <List.Item>{trustSentence(terms, moneyText)}</List.Item>
      <List.Item>{t(meter)}</List.Item>
      <List.Item>{t('booking.terms.refund')}</List.Item>
    </List>
  );
}
