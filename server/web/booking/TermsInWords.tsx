import { List, Text } from '@mantine/core';
import type { Terms } from '../../../protocol/terms.ts';
import { useSetting } from '../app/MarketProvider.tsx';
import { duration, energy, moneyUnit } from '../app/units.ts';
import { energyForMoney } from './quote.ts';

function trustSentence(terms: Terms, moneyText: (units: bigint) => string): string {
  const { unsignedCost, firstUnsignedCost } = terms.metering;
  const later = energyForMoney(terms.tariff, unsignedCost);
  const first = energyForMoney(terms.tariff, firstUnsignedCost);
  const inEnergy = (units: bigint, wh?: number) =>
    wh === undefined ? moneyText(units) : `${energy(wh, wh < 1_000 ? 2 : 1)} (${moneyText(units)})`;
  return (
    `Your device co-signs the meter as you charge. Should it fall silent, the host can never claim more than ` +
    `${inEnergy(unsignedCost, later)} beyond what you signed, and ${inEnergy(firstUnsignedCost, first)} before ` +
    'your first signature.'
  );
}

function cancelSentence({ bookingTerms }: Terms, moneyText: (units: bigint) => string): string {
  const free = Number(bookingTerms.cancelUntilMin) * 60;
  const early = Number(bookingTerms.earlyStartMin) * 60;
  const until = Math.max(free, early);
  const when =
    until === 0
      ? 'Cancelling is free until the start'
      : `Cancelling is free until ${duration(until)} before the start`;
  if (bookingTerms.noshowFee === 0n) return `${when}; there is no late fee.`;
  return `${when}. Later, or if you do not come, it costs ${moneyText(bookingTerms.noshowFee)}, never above a fifth of your limit.`;
}

/** The host's terms as a person reads them. A booking pins them: nobody can change them afterwards. */
export function TermsInWords({ terms }: { terms: Terms }) {
  const { config } = useSetting();
  const moneyText = (units: bigint) => moneyUnit(units, config.token);
  const { bookingTerms, tariff } = terms;
  const late = Number(bookingTerms.lateStopMin) * 60;
  const early = Number(bookingTerms.earlyStartMin) * 60;
  return (
    <List size="sm" spacing={6} c="dimmed" pr="xs">
      <List.Item>{cancelSentence(terms, moneyText)}</List.Item>
      <List.Item>
        Power ends at the end of your time{late > 0 ? `; you have ${duration(late)} to unplug` : ''}.
        {tariff.overstayPerHour > 0n
          ? ` Staying longer costs ${moneyText(tariff.overstayPerHour)} per hour.`
          : ''}
        {early > 0 ? ` You may start ${duration(early)} early if the slot before is free.` : ''}
      </List.Item>
      <List.Item>{trustSentence(terms, moneyText)}</List.Item>
      <List.Item>
        {terms.metering.meterAlgorithm === 'none'
          ? 'The wallbox’s meter does not sign its values; its agent does.'
          : 'The meter signs its own values, and its key stands in the listing.'}
      </List.Item>
      <List.Item>
        <Text span size="sm">
          If the host never reports a charge, all your money comes back.
        </Text>
      </List.Item>
    </List>
  );
}
