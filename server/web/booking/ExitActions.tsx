import { Button, Stack, Text } from '@mantine/core';
import { useEffect } from 'react';
import type { PlugpactError } from '../../../protocol/errors.ts';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import { useWallet } from '../accounts/WalletProvider.tsx';
import { Failure } from '../app/Failure.tsx';
import { useAction, useLoaded, useNow } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { go } from '../app/route.ts';
import { Steps, useSteps } from '../app/Steps.tsx';
import { moneyUnit, whenOf } from '../app/units.ts';
import { EXIT_ACTION_STEP, type ExitAction, endBooking, exitActionOf, refreshBooking } from './endBooking.ts';
import { feesOf } from './fees.ts';
import { INTENT_SEC } from './makeBooking.ts';
import { forgetBooking, isDriver, type StoredBooking } from './storedBookings.ts';
import { timesOf } from './times.ts';

function exitActionWords(
  exitAction: ExitAction,
  stored: StoredBooking,
  freeUntil: number,
  nowSec: number,
  text: (units: bigint) => string,
): string {
  if (exitAction === 'expire') return 'The host reported no charge in time. You get a full refund.';
  if (exitAction === 'finalise')
    return 'The deadline of the claim has passed: it is paid, the rest is refunded.';
  if (nowSec < freeUntil)
    return `Cancellation is free until ${whenOf(freeUntil, nowSec)}: you get a full refund.`;
  const { bookingTerms } = fromTermsStruct(stored.booking.terms);
  const { late, noShow } = feesOf(bookingTerms, stored.booking.slotCount);
  return `Free cancellation has ended: ${text(late)} goes to the host. Not coming would cost ${text(noShow)}.`;
}

/** A booking that is not on the ledger. It may still arrive there until its intent expires. */
function Unsent({
  stored,
  error,
  nowSec,
  reload,
}: {
  stored: StoredBooking;
  error: Error;
  nowSec: number;
  reload: () => void;
}) {
  const hasExpired =
    nowSec > stored.createdAt + Number(INTENT_SEC) && (error as PlugpactError).code === 'booking.unknown';
  if (!hasExpired) return <Failure error={error} onRetry={reload} title="Not on the ledger yet" />;
  const remove = () => {
    forgetBooking(stored.bookingId);
    go({ page: 'bookings' });
  };
  return (
    <Stack className="pp-card" gap="xs">
      <Text size="sm">
        The booking is not on the ledger, and its signature has expired. Nothing was paid.
      </Text>
      <Button variant="default" onClick={remove}>
        Remove from this device
      </Button>
    </Stack>
  );
}

/** Cancels the booking, or ends it in another way that the ledger allows now. */
export function ExitActions({ stored }: { stored: StoredBooking }) {
  const { config, ledger } = useMarket();
  const { wallet, holdings } = useWallet();
  const nowSec = useNow(5_000);
  const { value, error, reload } = useLoaded(stored.bookingId, () => refreshBooking(stored));
  const { steps, begin, progress, fail } = useSteps();
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again every half minute
  useEffect(reload, [Math.floor(nowSec / 30), reload]);
  const exitAction = value && exitActionOf(stored, value, config.windows, nowSec);
  const { freeUntil } = timesOf(stored, config.windows);
  const exit = useAction(async (chosen: ExitAction) => {
    begin([EXIT_ACTION_STEP[chosen]]);
    try {
      await endBooking({ wallet: wallet!, ledger, config }, stored, chosen, progress);
    } catch (caught) {
      fail();
      throw caught;
    } finally {
      holdings.reload();
    }
  });
  if (exitAction === undefined || wallet === undefined || !isDriver(stored, wallet.address)) {
    // A local ledger that was killed may have lost its last seconds, and the booking with them.
    const isUnknown = (error as PlugpactError | undefined)?.code === 'booking.unknown';
    if (error === undefined || (stored.bookedTx !== undefined && !isUnknown)) return null;
    return <Unsent stored={stored} error={error} nowSec={nowSec} reload={reload} />;
  }
  return (
    <Stack className="pp-card pp-noprint" gap="xs">
      <Text size="sm" c="dimmed">
        {exitActionWords(exitAction, stored, freeUntil, nowSec, (units) => moneyUnit(units, config.token))}
      </Text>
      <Button variant="light" color="red" loading={exit.busy} onClick={() => exit.act(exitAction)}>
        {EXIT_ACTION_STEP[exitAction]}
      </Button>
      <Steps steps={steps} />
      <Failure error={exit.error} />
    </Stack>
  );
}
