import { List, Text } from '@mantine/core';
import type { Terms } from '../../../protocol/terms.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { duration, moneyUnit } from '../app/units.ts';

function trustSentence(terms: Terms, moneyText: (units: bigint) => string): string {
  const { unsignedCost, allowedCost } = terms.metering;
  const { flatFee } = terms.tariff;
  const flat = flatFee === 0n ? '' : ` Your device adds the flat fee of ${moneyText(flatFee)} at the cable.`;
  const open =
    unsignedCost === 0n
      ? ''
      : ` The host can claim up to ${moneyText(unsignedCost)} beyond what you signed, which you can challenge.`;
  return (
    'Your device co-signs the meter readings while you charge. To begin, the host asks you to take the ' +
    `charger’s word for up to ${moneyText(allowedCost)}; after your first signature you choose how much ` +
    `further.${flat}${open}`
  );
}

function cancelSentence({ bookingTerms }: Terms, moneyText: (units: bigint) => string): string {
  const free = Number(bookingTerms.cancelUntilMin) * 60;
  const early = Number(bookingTerms.earlyStartMin) * 60;
  const until = Math.max(free, early);
  const when =
    until === 0
      ? 'Cancellation is free until the start'
      : `Cancellation is free until ${duration(until)} before the start`;
  if (bookingTerms.noshowFee === 0n) return `${when}; there is no late fee.`;
  const perSlot = moneyText(bookingTerms.noshowFee);
  return `${when}. If you do not come, the fee is ${perSlot} per booked quarter of an hour; a late cancellation costs half.`;
}

/** The host's terms in words. A booking pins them: nobody can change them afterwards. */
export function TermsInWords({ terms }: { terms: Terms }) {
  const { config } = useMarket();
  const moneyText = (units: bigint) => moneyUnit(units, config.token);
  const { bookingTerms, tariff } = terms;
  const late = Number(bookingTerms.lateStopMin) * 60;
  const early = Number(bookingTerms.earlyStartMin) * 60;
  return (
    <List size="sm" spacing={6} c="dimmed" pr="xs">
      <List.Item>{cancelSentence(terms, moneyText)}</List.Item>
      <List.Item>
        Charging stops at the end of your time{late > 0 ? `; you then have ${duration(late)} to unplug` : ''}.
        {tariff.overstayPerHour > 0n
          ? ` Staying longer costs ${moneyText(tariff.overstayPerHour)} per hour.`
          : ''}
        {early > 0 ? ` You may start ${duration(early)} early if the previous slot is free.` : ''}
      </List.Item>
      <List.Item>{trustSentence(terms, moneyText)}</List.Item>
      <List.Item>
        {terms.metering.meterAlgorithm === 'none'
          ? 'The wallbox’s meter does not sign its values; the host’s agent signs them.'
          : 'The meter signs its values, and its key is part of the listing.'}
      </List.Item>
      <List.Item>
        <Text span size="sm">
          If the host reports no charge, you get a full refund.
        </Text>
      </List.Item>
    </List>
  );
}
