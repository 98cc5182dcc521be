import { Button, Group, Modal, Skeleton, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { secondsFor } from '../../../protocol/allowance.ts';
import { bookingTimes, type MarketWindows, SLOT_SEC } from '../../../protocol/slots.ts';
import type { Holdings } from '../accounts/holdings.ts';
import { WalletChoice } from '../accounts/WalletChoice.tsx';
import { useWallet } from '../accounts/WalletProvider.tsx';
import type { Wallet } from '../accounts/wallet.ts';
import { Failure } from '../app/Failure.tsx';
import { useAction, useLoaded } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { PublicForever, usePublicForeverRead } from '../app/PublicForever.tsx';
import { go } from '../app/route.ts';
import { Steps, useSteps } from '../app/Steps.tsx';
import { atBeginning, duration, exactMoney, moneyUnit, timeOf, whenOf } from '../app/units.ts';
import { askedAllowance, proposedFor } from './allowance.ts';
import { requireUid } from './card.ts';
import { feesOf } from './fees.ts';
import { makeBooking, type Order, planOf } from './makeBooking.ts';
import { askRelayTerms, signedTerms } from './relayFee.ts';
import { type StartWithout, WithoutDevice } from './WithoutDevice.tsx';

interface Props {
  opened: boolean;
  onClose: () => void;
  onBooked: () => void;
  order: Need;
}

/** An order before it is chosen who starts the charge. */
type Need = Omit<Order, 'allowedCost' | 'proposedCost' | 'cardUid' | 'relay'>;

const PUBLIC_FACTS = [
  'your account’s address, and its booking of this charger for this time',
  'the maximum cost, the final cost and the energy',
];

function cancelWords(order: Need, windows: MarketWindows, text: (units: bigint) => string): string {
  const { bookingTerms } = order.charger.terms;
  const nowSec = Math.floor(Date.now() / 1_000);
  const { freeUntil, opens } = bookingTimes({ ...order, bookedAt: nowSec }, bookingTerms, windows);
  const { late, noShow } = feesOf(bookingTerms, order.slotCount);
  const absent = noShow === 0n ? '' : ` If you do not come, you pay ${text(noShow)}.`;
  if (nowSec >= opens) return `It begins immediately and cannot be cancelled.${absent}`;
  const later = late === 0n ? '' : ` Later it costs ${text(late)}.`;
  if (nowSec >= freeUntil) return `Cancelling costs ${text(late)}.${absent}`;
  return `Cancellation is free until ${whenOf(freeUntil)}.${later}${absent}`;
}

/** What the charger's word may cost, from what the host asks to what the page proposes. */
function allowancesOf({ charger, quote }: Need, decimals: number) {
  const { terms } = charger;
  const lasts = (cost: bigint) => ({ cost, lastsSec: secondsFor(terms, cost - terms.tariff.flatFee) });
  return {
    withDevice: askedAllowance(terms, quote.cap, true),
    asked: lasts(askedAllowance(terms, quote.cap, false)),
    proposed: lasts(proposedFor(terms, quote, decimals)),
  };
}

/** Said before the signature; nothing where the operator gives it away. */
function RelayFee({ fee }: { fee: bigint }) {
  const { config } = useMarket();
  if (fee === 0n) return null;
  return (
    <Text size="sm" data-relay-fee={String(fee)}>
      Relay fee: {exactMoney(fee, config.token)} ({String(fee)} token units). The relayer pays the network for
      your booking and takes this in return. It is not refunded, even if you cancel.
    </Text>
  );
}

function Pay({
  order,
  wallet,
  own,
  onBooked,
}: {
  order: Need;
  wallet: Wallet;
  own: Holdings;
  onBooked: () => void;
}) {
  const { config, ledger } = useMarket();
  const { holdings } = useWallet();
  const { steps, begin, progress, fail } = useSteps();
  const [read, setRead] = usePublicForeverRead('driver');
  const [without, setWithout] = useState<StartWithout>();
  const ask = () => askRelayTerms(wallet, ledger, config, own, order.quote.locked);
  const relay = useLoaded(`relay ${wallet.address}`, ask);
  const { withDevice, asked, proposed } = allowancesOf(order, config.token.decimals);
  const { act, busy, error } = useAction(async () => {
    const allowances = {
      allowedCost: without?.allowedCost ?? withDevice,
      proposedCost: proposed.cost,
    };
    const card = without?.card === undefined ? {} : { cardUid: requireUid(without.card) };
    if (relay.value === undefined) return;
    const terms = await signedTerms(relay.value, ask, Math.floor(Date.now() / 1_000));
    const plan = planOf(own, order.quote, terms.fee, config.local !== null);
    begin(plan.steps);
    try {
      const bookingId = await makeBooking(
        { wallet, ledger, config },
        { ...order, ...allowances, ...card, relay: terms },
        plan,
        own,
        progress,
      );
      onBooked();
      go({ page: 'booking', bookingId });
    } catch (caught) {
      fail();
      throw caught;
    } finally {
      holdings.reload();
    }
  });
  return (
    <>
      <WithoutDevice value={without} asked={asked} proposed={proposed} onChange={setWithout} />
      <PublicForever facts={PUBLIC_FACTS} read={read} onRead={setRead} />
      {relay.value === undefined ? null : <RelayFee fee={relay.value.fee} />}
      <Failure error={relay.error} onRetry={relay.reload} />
      <Steps steps={steps} />
      <Failure error={error} steps={steps} title="Not booked" />
      <Button
        size="md"
        fullWidth
        loading={busy}
        disabled={!read || relay.value === undefined}
        onClick={() => act().finally(relay.reload)}
        data-autofocus
      >
        Sign and lock {moneyUnit(order.quote.locked, config.token)}
      </Button>
    </>
  );
}

/** The last step before the signature: time, cost, and what becomes permanently public. */
export function ConfirmBooking({ opened, onClose, onBooked, order }: Props) {
  const { config } = useMarket();
  const { wallet, holdings } = useWallet();
  const start = order.firstSlot * SLOT_SEC;
  const lengthSec = order.slotCount * SLOT_SEC;
  return (
    <Modal opened={opened} onClose={onClose} title="Book this charger" centered>
      <Stack gap="md">
        <div>
          <Group justify="space-between">
            <Text fw={600}>
              {atBeginning(whenOf(start))} – {timeOf(start + lengthSec)}
            </Text>
            <Text c="dimmed" size="sm">
              {duration(lengthSec)}
            </Text>
          </Group>
          <Text size="sm">
            About {moneyUnit(order.quote.expected, config.token)}, at most{' '}
            {moneyUnit(order.quote.cap, config.token)}.
          </Text>
          <Text size="sm" c="dimmed">
            {cancelWords(order, config.windows, (units) => moneyUnit(units, config.token))}
          </Text>
        </div>
        {wallet === undefined ? <WalletChoice /> : null}
        {wallet !== undefined && holdings.error !== undefined ? (
          <Failure error={holdings.error} onRetry={holdings.reload} />
        ) : null}
        {wallet !== undefined && holdings.value === undefined && holdings.error === undefined ? (
          <Skeleton height={120} />
        ) : null}
        {wallet !== undefined && holdings.value !== undefined ? (
          <Pay order={order} wallet={wallet} own={holdings.value} onBooked={onBooked} />
        ) : null}
      </Stack>
    </Modal>
  );
}
