import { Divider, Group, Stack, Text } from '@mantine/core';
import { IconArrowBackUp, IconCalendarX, IconLock } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { bookingTimes, type MarketWindows } from '../../../protocol/slots.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { duration, energy, whenOf } from '../app/units.ts';
import { type MoneyWords, useMoney } from '../app/useMoney.ts';
import { t } from '../app/words.ts';
import type { Charger } from './charger.ts';
import { feesOf } from './fees.ts';
import type { Quote } from './quote.ts';

/** What is offered for one need at one time. */
export interface Offer {
  charger: Charger;
  quote: Quote;
  firstSlot: number;
  slotCount: number;
  /** The energy that is promised, Wh. */
  needWh: number;
}

/** What leaves the purse for an offer when it is signed, token units: the most it costs, a bond, and the relayer's fee. */
export const lockedBy = ({ locked }: Pick<Quote, 'locked'>, relayFee: bigint): bigint => locked + relayFee;

function Line({ name, value }: { name: string; value: string }) {
  return (
    <Group justify="space-between" wrap="nowrap" gap="xs">
      <Text size="sm" c="dimmed">
        {name}
      </Text>
      <Text size="sm">{value}</Text>
    </Group>
  );
}

function Fact({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <Group gap={8} wrap="nowrap" align="flex-start">
      <span style={{ flexShrink: 0, lineHeight: 0, marginTop: 2 }}>{icon}</span>
      <div style={{ minWidth: 0 }}>{children}</div>
    </Group>
  );
}

function PriceParts({ quote, needWh, money }: Pick<Offer, 'quote' | 'needWh'> & { money: MoneyWords }) {
  const parts: [string, bigint][] = [
    [t('booking.cost.energy', { energy: energy(needWh, 1) }), quote.energyCost],
    [t('booking.cost.time', { duration: duration(quote.chargingSec) }), quote.timeCost],
    [t('booking.cost.flat'), quote.flatFee],
  ];
  const shown = parts.filter(([, units]) => units > 0n);
  const own = money.own(quote.expected);
  return (
    <Stack gap={4}>
      {shown.length < 2
        ? null
        : shown.map(([name, units]) => <Line key={name} name={name} value={money.short(units)} />)}
      <Group justify="space-between" align="baseline" wrap="nowrap">
        <Text fw={600}>{t('booking.cost.about', { energy: energy(needWh, 1) })}</Text>
        <div style={{ textAlign: 'right' }}>
          <Text fw={700} fz={22} lh={1.2} data-expected={String(quote.expected)}>
            {money.short(quote.expected)}
          </Text>
          {own === undefined ? null : (
            <Text size="sm" c="dimmed">
              {t('booking.cost.own', { amount: own })}
            </Text>
          )}
        </div>
      </Group>
    </Stack>
  );
}

function whyMore({ raisedBy, cap, overstayReserve, bond }: Quote, money: MoneyWords): string[] {
  return [
    ...(overstayReserve > 0n ? [t('booking.cost.overstay', { amount: money.exact(overstayReserve) })] : []),
    ...(raisedBy === 'NO_SHOW_FEE' ? [t('booking.cost.raisedByFee', { amount: money.exact(cap) })] : []),
    ...(raisedBy === 'MIN_CAP' ? [t('booking.cost.raisedByHost', { amount: money.exact(cap) })] : []),
    ...(bond > 0n ? [t('booking.cost.bond', { amount: money.exact(bond) })] : []),
  ];
}

function Most({ quote, relayFee, money }: { quote: Quote; relayFee: bigint; money: MoneyWords }) {
  const locked = lockedBy(quote, relayFee);
  const own = money.own(locked);
  return (
    <Fact icon={<IconLock size={18} aria-hidden />}>
      <Text size="sm" fw={600} data-locked={String(locked)}>
        {quote.bond > 0n
          ? t('booking.cost.mostAndBond', { amount: money.exact(locked) })
          : t('booking.cost.most', { amount: money.exact(locked) })}
        {own === undefined ? '' : ` ${t('booking.cost.ownInside', { amount: own })}`}
      </Text>
      <Text size="sm" c="dimmed">
        {[t('booking.cost.isLocked'), ...whyMore(quote, money)].join(' ')}
      </Text>
      {relayFee === 0n ? null : (
        <Text size="sm" c="dimmed" data-relay-fee={String(relayFee)}>
          {t('booking.cost.relayFee', { amount: money.exact(relayFee), units: String(relayFee) })}
        </Text>
      )}
    </Fact>
  );
}

/** What ending it early costs, by the ledger's rules, for a booking that is made now. */
export function cancelSentences(
  { charger, firstSlot, slotCount }: Pick<Offer, 'charger' | 'firstSlot' | 'slotCount'>,
  windows: MarketWindows,
  nowSec: number,
  money: Pick<MoneyWords, 'exact'>,
): string[] {
  const { bookingTerms } = charger.terms;
  const { freeUntil, opens } = bookingTimes(
    { firstSlot, slotCount, bookedAt: nowSec },
    bookingTerms,
    windows,
  );
  const { late, noShow } = feesOf(bookingTerms, slotCount);
  const absent = noShow === 0n ? [] : [t('booking.cancel.absent', { amount: money.exact(noShow) })];
  if (nowSec >= opens) return [t('booking.cancel.begun'), ...absent];
  if (nowSec >= freeUntil) return [t('booking.cancel.late', { amount: money.exact(late) }), ...absent];
  const later = late === 0n ? [] : [t('booking.cancel.later', { amount: money.exact(late) })];
  return [t('booking.cancel.free', { time: whenOf(freeUntil, nowSec) }), ...later, ...absent];
}

/** What a booking costs, at most and at the end, before it is signed: the same words beside the form and in the dialog. */
export function WhatItCosts({ offer, relayFee }: { offer: Offer; relayFee: bigint }) {
  const { config } = useMarket();
  const money = useMoney();
  const nowSec = Math.floor(Date.now() / 1_000);
  const { charger, firstSlot, slotCount, quote } = offer;
  const { bookingTerms } = charger.terms;
  const { reportBy } = bookingTimes({ firstSlot, slotCount, bookedAt: nowSec }, bookingTerms, config.windows);
  return (
    <Stack gap="sm">
      <PriceParts quote={quote} needWh={offer.needWh} money={money} />
      <Divider />
      <Most quote={quote} relayFee={relayFee} money={money} />
      <Fact icon={<IconArrowBackUp size={18} aria-hidden />}>
        <Text size="sm">{t('booking.cost.back', { time: whenOf(reportBy, nowSec) })}</Text>
      </Fact>
      <Fact icon={<IconCalendarX size={18} aria-hidden />}>
        <Text size="sm">{cancelSentences(offer, config.windows, nowSec, money).join(' ')}</Text>
      </Fact>
    </Stack>
  );
}
