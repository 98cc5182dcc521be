import { Button, Divider, Stack, Text } from '@mantine/core';
import { IconBatteryCharging2 } from '@tabler/icons-react';
import { useEffect, useMemo, useState } from 'react';
import { SLOT_SEC } from '../../../protocol/slots.ts';
import { readRelayFees, relayTermsOf } from '../accounts/relayTerms.ts';
import { useWallet } from '../accounts/WalletProvider.tsx';
import { lazyPart } from '../app/Boundary.tsx';
import { useLoaded, useNow } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { NeedSlider } from '../app/NeedSlider.tsx';
import { changeNeed, type Need, needWhAt, powerFor, promisedWh, slotsOfNeed, useNeed } from '../app/need.ts';
import { duration, energy, whenOf } from '../app/units.ts';
import { t } from '../app/words.ts';
import { centOf } from './cent.ts';
import type { Charger } from './charger.ts';
import { usableSec } from './promise.ts';
import { quoteOf } from './quote.ts';
import { askRelayTerms } from './relayFee.ts';
import { SlotPicker } from './SlotPicker.tsx';
import { type Calendar, canBegin, firstBookable } from './slotChoice.ts';
import { type Offer, WhatItCosts } from './WhatItCosts.tsx';

/** Loaded on demand: what is signed needs code that a list of chargers does not. */
const ConfirmBooking = lazyPart(() => import('./ConfirmBooking.tsx'), null);

interface Slots {
  firstSlot: number | undefined;
  slotCount: number;
  byHand: boolean;
}

/** The power at which the reader's car charges here. */
const powerOf = ({ terms, detail }: Charger, need: Need): number =>
  powerFor(need, { maxPowerW: Number(terms.metering.maxPowerW), powerType: detail.powerType });

/** The first time that holds the need; where it begins in a slot that runs, with a slot more for what has passed of that. */
function slotsFor(charger: Charger, calendar: Calendar, need: Need): Slots {
  const slotsWith = (lateSec: number) => slotsOfNeed(need, powerOf(charger, need), calendar.terms, lateSec);
  const slotCount = slotsWith(0);
  const firstSlot = firstBookable(calendar, slotCount);
  const lateSec = firstSlot === undefined ? 0 : Math.max(0, calendar.nowSec - firstSlot * SLOT_SEC);
  const longer = slotsWith(lateSec);
  const isLongerFree = firstSlot !== undefined && canBegin(calendar, firstSlot, longer);
  return { firstSlot, slotCount: isLongerFree ? longer : slotCount, byHand: false };
}

/** What the relayer takes for this booking at present: by the reader's account, else as of an account of one key. */
function useRelayFee(locked: bigint): bigint {
  const { config, ledger } = useMarket();
  const { wallet, holdings } = useWallet();
  const own = holdings.value;
  const key = `relay fee ${wallet?.address} ${own === undefined ? '' : locked}`;
  const { value } = useLoaded(key, async () => {
    if (wallet !== undefined && own !== undefined) return askRelayTerms(wallet, ledger, config, own, locked);
    const fees = await readRelayFees(config);
    return fees && relayTermsOf(fees, 'book');
  });
  return value?.fee ?? 0n;
}

function useSlots(charger: Charger, calendar: Calendar, need: Need, isHeld: boolean) {
  const [slots, setSlots] = useState(() => slotsFor(charger, calendar, need));
  const { firstSlot, slotCount, byHand } = slots;
  const isReady = firstSlot !== undefined && canBegin(calendar, firstSlot, slotCount);
  // Time passes and others book: a start that the reader did not choose moves to the next possible one.
  useEffect(() => {
    if (isReady || byHand || isHeld) return;
    setSlots(slotsFor(charger, calendar, need));
  }, [isReady, byHand, isHeld, charger, calendar, need]);
  return { slots, setSlots, isReady };
}

function useOffer(charger: Charger, need: Need, slots: Slots, nowSec: number): Offer {
  const { config } = useMarket();
  const { terms } = charger;
  const { slotCount } = slots;
  const firstSlot = slots.firstSlot ?? Math.ceil(nowSec / SLOT_SEC);
  const powerW = powerOf(charger, need);
  const promised = promisedWh(need, powerW, usableSec(firstSlot, slotCount, nowSec));
  const quote = quoteOf(
    terms,
    { energyWh: promised, slotCount, powerW },
    BigInt(config.bondMax),
    centOf(config.token.decimals),
  );
  return { charger, quote, firstSlot, slotCount, needWh: promised };
}

/** What is promised where that is less than the need. */
function Promised({ offer, needWh }: { offer: Offer; needWh: number }) {
  if (offer.needWh >= needWh) return null;
  return (
    <Text size="sm" role="status" data-promised={offer.needWh}>
      <IconBatteryCharging2 size={16} aria-hidden style={{ verticalAlign: -3, marginRight: 4 }} />
      {t('booking.promised', {
        duration: duration(offer.slotCount * SLOT_SEC),
        energy: energy(offer.needWh, 1),
        need: energy(needWh, 1),
      })}
    </Text>
  );
}

/** The form of a booking: energy, time and what it costs. */
export function BookingForm({ charger, onBooked }: { charger: Charger; onBooked: () => void }) {
  const { terms, hours, detail } = charger;
  const nowSec = useNow(15_000);
  const calendar: Calendar = useMemo(
    () => ({ terms: terms.bookingTerms, hours, taken: new Set(detail.takenSlots), nowSec }),
    [terms, hours, detail.takenSlots, nowSec],
  );
  const need = useNeed();
  const needWh = needWhAt(need, powerOf(charger, need));
  const [isConfirming, setConfirming] = useState(false);
  const { slots, setSlots, isReady } = useSlots(charger, calendar, need, isConfirming);
  const offer = useOffer(charger, need, slots, nowSec);
  const relayFee = useRelayFee(offer.quote.locked);
  const chooseNeed = (wh: number) => {
    changeNeed({ energyWh: wh, hours: undefined });
    const { hours: _, ...rest } = need;
    if (!slots.byHand) setSlots(slotsFor(charger, calendar, { ...rest, energyWh: wh }));
  };
  const isClosed = detail.listingStatus !== 'OPEN';
  const canBook = isReady && !isClosed && offer.needWh > 0;
  return (
    <Stack className="pp-card" gap="md">
      <div>
        <NeedSlider needWh={need.energyWh} onChange={chooseNeed} />
      </div>
      <SlotPicker
        calendar={calendar}
        firstSlot={slots.firstSlot}
        slotCount={slots.slotCount}
        onChange={(firstSlot, slotCount) => setSlots({ firstSlot, slotCount, byHand: true })}
      />
      <Promised offer={offer} needWh={needWh} />
      <Divider />
      <WhatItCosts offer={offer} relayFee={relayFee} />
      <Button size="md" disabled={!canBook} onClick={() => setConfirming(true)}>
        {isClosed
          ? t('booking.closed')
          : slots.firstSlot === undefined
            ? t('booking.chooseStart')
            : t('booking.book', {
                time: whenOf(slots.firstSlot * SLOT_SEC, nowSec),
                duration: duration(slots.slotCount * SLOT_SEC),
              })}
      </Button>
      {isConfirming && slots.firstSlot !== undefined ? (
        <ConfirmBooking onClose={() => setConfirming(false)} onBooked={onBooked} offer={offer} />
      ) : null}
    </Stack>
  );
}
