import { Button, Group, Modal, Skeleton, Stack, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useState } from 'react';
import { SLOT_SEC } from '../../../protocol/slots.ts';
import { GasNeed } from '../accounts/GasNeed.tsx';
import type { Holdings } from '../accounts/holdings.ts';
import { WalletChoice } from '../accounts/WalletChoice.tsx';
import { useWallet } from '../accounts/WalletProvider.tsx';
import type { Wallet } from '../accounts/wallet.ts';
import { Failure } from '../app/Failure.tsx';
import { useAction, useLoaded } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { go } from '../app/route.ts';
import { Steps, useSteps } from '../app/Steps.tsx';
import { atBeginning, duration, timeOf, whenOf } from '../app/units.ts';
import { t } from '../app/words.ts';
import { askedAllowance } from './allowance.ts';
import './booking.css';
import { useMoney } from '../app/useMoney.ts';
import { requireUid } from './card.ts';
import { centOf } from './cent.ts';
import { makeBooking, planOf } from './makeBooking.ts';
import { usePublicFacts } from './PublicFacts.tsx';
import { askRelayTerms, signedTerms } from './relayFee.ts';
import { SleepSlider } from './SleepSlider.tsx';
import { proposedStop, type SleepStop, sleepStops } from './sleep.ts';
import { lockedBy, type Offer, WhatItCosts } from './WhatItCosts.tsx';
import { type StartWithout, WithoutDevice } from './WithoutDevice.tsx';

interface Props {
  onClose: () => void;
  onBooked: () => void;
  offer: Offer;
}

/** What the reader chose to allow on the charger's word, and who starts the charge. */
function useChoice({ charger, quote }: Offer, decimals: number) {
  const stops = sleepStops(charger.terms, quote, decimals, centOf(decimals));
  const proposed = proposedStop(stops, quote, decimals);
  const [moved, setMoved] = useState<number>();
  const [without, setWithout] = useState<StartWithout>();
  // What nobody watches cannot be watched step by step: the first stop is left out.
  const first = without === undefined ? 0 : 1;
  const index = Math.min(Math.max(moved ?? proposed, first), stops.length - 1);
  const stop = stops[index] as SleepStop;
  const asked = askedAllowance(charger.terms, quote.cap, without === undefined);
  // Without a device the choice is signed with the booking: never less than what the host asks.
  const allowedCost = without === undefined || stop.cost < asked ? asked : stop.cost;
  return {
    stops: stops.slice(first),
    index: index - first,
    first,
    stop,
    without,
    setWithout,
    setMoved,
    allowedCost,
  };
}

function Pay({ offer, wallet, own, onBooked }: Omit<Props, 'onClose'> & { wallet: Wallet; own: Holdings }) {
  const { config, ledger } = useMarket();
  const { holdings } = useWallet();
  const { steps, run } = useSteps(() => holdings.reload());
  const money = useMoney();
  const { isRead, view } = usePublicFacts();
  const choice = useChoice(offer, config.token.decimals);
  const ask = () => askRelayTerms(wallet, ledger, config, own, offer.quote.locked);
  const relay = useLoaded(`relay ${wallet.address}`, ask);
  const { act, busy, error } = useAction(async () => {
    const { without, stop, allowedCost, stops } = choice;
    const allowances = { allowedCost, allow: stop.choice, proposedCost: stops.at(-1)?.cost ?? allowedCost };
    const card = without?.card === undefined ? {} : { cardUid: requireUid(without.card) };
    if (relay.value === undefined) return;
    const terms = await signedTerms(relay.value, ask, Math.floor(Date.now() / 1_000));
    const plan = planOf(own, offer.quote, terms.fee, config.local !== null);
    await run(plan.steps, async (_report, progress) => {
      const order = { ...offer, ...allowances, ...card, relay: terms };
      const bookingId = await makeBooking({ wallet, ledger, config }, order, plan, own, progress);
      onBooked();
      go({ page: 'booking', bookingId });
    });
  });
  const start = offer.firstSlot * SLOT_SEC;
  const end = start + offer.slotCount * SLOT_SEC;
  const fee = relay.value?.fee ?? 0n;
  return (
    <>
      <WhatItCosts offer={offer} relayFee={fee} />
      <SleepSlider
        stops={choice.stops}
        value={choice.index}
        onChange={(index) => choice.setMoved(index + choice.first)}
        begins={Math.max(start, Math.floor(Date.now() / 1_000))}
        end={end}
        takesEffect={choice.without === undefined ? 'AT_ENERGY' : 'SIGNED'}
      />
      <WithoutDevice value={choice.without} onChange={choice.setWithout} />
      {view}
      <Failure error={relay.error} onRetry={relay.reload} />
      <GasNeed />
      <Steps steps={steps} />
      <Failure error={error} steps={steps} title={t('booking.notBooked')} />
      <Button
        className="pp-sign"
        size="md"
        fullWidth
        loading={busy}
        disabled={!isRead || relay.value === undefined}
        onClick={() => act().finally(relay.reload)}
        data-autofocus
      >
        {t('booking.sign', { amount: money.exact(lockedBy(offer.quote, fee)) })}
      </Button>
    </>
  );
}

function When({ offer }: { offer: Offer }) {
  const start = offer.firstSlot * SLOT_SEC;
  const lengthSec = offer.slotCount * SLOT_SEC;
  return (
    <Group justify="space-between">
      <Text fw={600}>
        {atBeginning(whenOf(start))} – {timeOf(start + lengthSec)}
      </Text>
      <Text c="dimmed" size="sm">
        {duration(lengthSec)}
      </Text>
    </Group>
  );
}

/** The last step before the signature: all that is signed, and what becomes permanently public. */
export default function ConfirmBooking({ onClose, onBooked, offer }: Props) {
  const { wallet, holdings } = useWallet();
  const isPhone = useMediaQuery('(max-width: 799px)');
  return (
    <Modal
      opened
      onClose={onClose}
      title={
        <Text component="span" size="lg" fw={650}>
          {t('booking.dialog')}
        </Text>
      }
      centered
      fullScreen={isPhone}
      closeButtonProps={{ 'aria-label': t('booking.close'), size: 44 }}
    >
      <Stack gap="md">
        <When offer={offer} />
        {wallet === undefined ? (
          <>
            <WhatItCosts offer={offer} relayFee={0n} />
            <WalletChoice />
          </>
        ) : holdings.error !== undefined ? (
          <Failure error={holdings.error} onRetry={holdings.reload} />
        ) : holdings.value === undefined ? (
          <Skeleton height={120} />
        ) : (
          <Pay offer={offer} wallet={wallet} own={holdings.value} onBooked={onBooked} />
        )}
      </Stack>
    </Modal>
  );
}
