import { Button, Group, Modal, Skeleton, Stack, Switch, Text } from '@mantine/core';
import { useState } from 'react';
import { bookingTimes, SLOT_SEC } from '../../../protocol/slots.ts';
import { WalletChoice } from '../accounts/WalletChoice.tsx';
import { type Holdings, useWallet } from '../accounts/WalletProvider.tsx';
import type { Wallet } from '../accounts/wallet.ts';
import { Failure } from '../app/Failure.tsx';
import { useAction } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { PublicForever, usePublicForeverRead } from '../app/PublicForever.tsx';
import { go } from '../app/route.ts';
import { Steps, useSteps } from '../app/Steps.tsx';
import { atBeginning, duration, moneyUnit, timeOf, whenOf } from '../app/units.ts';
import { CardField } from './CardField.tsx';
import { requireUid } from './card.ts';
import { makeBooking, type Order, planOf } from './makeBooking.ts';

interface Props {
  opened: boolean;
  onClose: () => void;
  onBooked: () => void;
  order: Order;
}

const PUBLIC_FACTS = [
  'your account’s address, and its booking of this charger for this time',
  'the maximum cost, the final cost and the energy',
];

function cancelWords(order: Order, windows: Parameters<typeof bookingTimes>[2]): string {
  const { cancelBy, opens } = bookingTimes(order, order.charger.terms.bookingTerms, windows);
  const nowSec = Date.now() / 1_000;
  if (nowSec < cancelBy) return `Cancellation is free until ${whenOf(cancelBy)}.`;
  if (nowSec < opens) return 'Free cancellation has ended; the late fee applies.';
  return 'It begins immediately and cannot be cancelled. If you do not come, the late fee may apply.';
}

function Pay({
  order,
  wallet,
  own,
  onBooked,
}: {
  order: Order;
  wallet: Wallet;
  own: Holdings;
  onBooked: () => void;
}) {
  const { config, ledger } = useMarket();
  const { holdings } = useWallet();
  const { steps, begin, progress, fail } = useSteps();
  const [read, setRead] = usePublicForeverRead('driver');
  const [typed, setTyped] = useState<string>();
  const { act, busy, error } = useAction(async () => {
    const card = typed === undefined ? {} : { cardUid: requireUid(typed) };
    const plan = planOf(own, order.quote, config.local !== null);
    begin(plan.steps);
    try {
      const bookingId = await makeBooking(
        { wallet, ledger, config },
        { ...order, ...card },
        plan,
        own.tokens,
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
      <Switch
        label="For a guest without a phone"
        description="Charging starts when your guest holds a card to the wallbox."
        checked={typed !== undefined}
        onChange={(event) => setTyped(event.currentTarget.checked ? '' : undefined)}
      />
      {typed === undefined ? null : <CardField typed={typed} onChange={setTyped} />}
      <PublicForever facts={PUBLIC_FACTS} read={read} onRead={setRead} />
      <Steps steps={steps} />
      <Failure error={error} title="Not booked" />
      <Button size="md" fullWidth loading={busy} disabled={!read} onClick={() => act()} data-autofocus>
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
            {cancelWords(order, config.windows)}
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
