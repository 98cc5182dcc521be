import { Alert, Button, Text } from '@mantine/core';
import { IconUserQuestion } from '@tabler/icons-react';
import { useEffect } from 'react';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import { Failure } from '../app/Failure.tsx';
import { useAction, useLoaded, useNow } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { moneyUnit, whenOf } from '../app/units.ts';
import { sayArrived } from './arrived.ts';
import { noShowClaimOf, refreshBooking, windowEnd } from './endBooking.ts';
import { feesOf } from './fees.ts';
import type { StoredBooking } from './storedBookings.ts';

const ASK_AGAIN_SEC = 30;

/** The agent says that nobody came. The driver can contradict it until the claim's window ends. */
export function NoShowClaim({ stored }: { stored: StoredBooking }) {
  const { config, ledger } = useMarket();
  const nowSec = useNow(5_000);
  const isOnLedger = stored.bookedTx !== undefined;
  const key = isOnLedger ? `no-show:${stored.bookingId}` : undefined;
  const { value, reload } = useLoaded(key, () => refreshBooking(stored));
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again as the round changes
  useEffect(reload, [Math.floor(nowSec / ASK_AGAIN_SEC), reload]);
  const { act, busy, error } = useAction(async () => {
    await sayArrived(ledger, stored);
    reload();
  });
  const claim = value && noShowClaimOf(value);
  if (value === undefined || claim === undefined) return null;
  const until = windowEnd(stored, value, config.windows);
  const { bookingTerms } = fromTermsStruct(stored.booking.terms);
  const fee = moneyUnit(feesOf(bookingTerms, stored.booking.slotCount).noShow, config.token);
  return (
    <Alert
      className="pp-noprint"
      color="yellow"
      icon={<IconUserQuestion size={18} />}
      title={claim === 'CONTESTED' ? 'You and the host disagree' : 'The host says that nobody came'}
      data-no-show={claim}
    >
      {claim === 'CONTESTED' ? (
        <Text size="sm">
          The host’s agent says that nobody came, you say that you were there. Nobody can decide this, so
          nobody earns: the fee of {fee} is paid to no one, and the rest is refunded from{' '}
          {whenOf(until, nowSec)}. The disagreement is counted on the charger’s page.
        </Text>
      ) : nowSec < until ? (
        <>
          <Text size="sm" mb="xs">
            If nothing happens, the fee of {fee} goes to the host. If you were there, say so until{' '}
            {whenOf(until, nowSec)}: then the host gets nothing. The fee is not refunded either way.
          </Text>
          <Button size="compact-sm" variant="default" loading={busy} onClick={() => act()}>
            I was there
          </Button>
        </>
      ) : (
        <Text size="sm">The time to contradict it is over. The fee of {fee} goes to the host.</Text>
      )}
      <Failure error={error} title="Not said" />
    </Alert>
  );
}
