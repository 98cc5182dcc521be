import { Alert, Button, Stack, Text } from '@mantine/core';
import { IconUserQuestion } from '@tabler/icons-react';
import { type ReactNode, useEffect } from 'react';
import type { BookingResponse } from '../../../protocol/api.ts';
import type { PlugpactError } from '../../../protocol/errors.ts';
import { isUnclaimed, stateName } from '../../../protocol/state.ts';
import { useWallet } from '../accounts/WalletProvider.tsx';
import { Failure } from '../app/Failure.tsx';
import { useAction, useLoaded, useNow } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { go } from '../app/route.ts';
import { Steps, useSteps } from '../app/Steps.tsx';
import { energy, exactMoney, whenOf } from '../app/units.ts';
import { t } from '../app/words.ts';
import { INTENT_SEC } from '../booking/makeBooking.ts';
import { refreshBooking } from '../booking/refreshBooking.ts';
import { forgetBooking, isDriver, type StoredBooking } from '../booking/storedBookings.ts';
import { type Act, deadlineOf, type OpenBooking, openActs, outlookOf } from './acts.ts';
import { actSentence, actTitle } from './actWords.ts';
import { Course } from './Course.tsx';
import { courseOf } from './course.ts';
import { doAct, needsAccount } from './doAct.ts';
import { storyOf } from './ledgerStory.ts';
import { openBookingOf, stateOf } from './openBooking.ts';
import './settlement.css';

const ASK_AGAIN_SEC = 30;

/** A booking that is not on the ledger. It may still arrive there until its intent expires. */
function Unsent({ stored, error, reload }: { stored: StoredBooking; error: Error; reload: () => void }) {
  const nowSec = useNow(5_000);
  const hasExpired =
    nowSec > stored.createdAt + Number(INTENT_SEC) && (error as PlugpactError).code === 'booking.unknown';
  if (!hasExpired) return <Failure error={error} onRetry={reload} title={t('settlement.unsent.title')} />;
  const remove = () => {
    forgetBooking(stored.bookingId);
    go({ page: 'bookings' });
  };
  return (
    <Stack className="pp-card" gap="xs">
      <Text size="sm">{t('settlement.unsent.expired')}</Text>
      <Button variant="default" onClick={remove}>
        {t('settlement.unsent.remove')}
      </Button>
    </Stack>
  );
}

/** What stands against the driver, and what it comes to if nothing more happens. */
function Standing({ open, nowSec }: { open: OpenBooking; nowSec: number }) {
  const { config } = useMarket();
  const name = stateName(open.state);
  if (name === 'RESERVED' || name === 'ARRIVED') return null;
  const { paid, refunded } = outlookOf(open);
  const text = (units: bigint) => exactMoney(units, config.token);
  const values = {
    ...{ paid: text(paid), refunded: text(refunded) },
    until: whenOf(deadlineOf(open), nowSec),
  };
  const isNoShow = name === 'NO_SHOW_CLAIMED' || name === 'CONTESTED';
  return (
    <Alert
      color="yellow"
      icon={<IconUserQuestion size={18} />}
      title={t(`settlement.standingTitle.${name}`)}
      {...(isNoShow ? { 'data-no-show': name === 'CONTESTED' ? 'CONTESTED' : 'CLAIMED' } : {})}
    >
      <Text size="sm">{t(`settlement.standing.${name}`, values)}</Text>
    </Alert>
  );
}

/** Acts that are shown at once; the others are for those who look for them. */
const isUsual = ({ name }: Act, open: OpenBooking): boolean =>
  name === 'cancelByDriver' || name === 'expire' || !isUnclaimed(open.state);

interface Doing {
  act: (chosen: Act) => void;
  busy: boolean;
}

function ActCard({ act, stored, doing }: { act: Act; stored: StoredBooking; doing: Doing }) {
  const { config } = useMarket();
  const nowSec = useNow(5_000);
  const { wallet } = useWallet();
  const isOwn = wallet !== undefined && isDriver(stored, wallet.address);
  if (needsAccount(act.name) && !isOwn) return null;
  const shown = energy(stored.cosigned?.reading.energyWh ?? 0, 3);
  return (
    <Stack gap="xs" data-act={act.name}>
      <Text size="sm">{actSentence(act, config.token, nowSec, shown)}</Text>
      <Button
        variant={act.name === 'cancelByDriver' ? 'light' : 'default'}
        {...(act.name === 'cancelByDriver' ? { color: 'red' } : {})}
        loading={doing.busy}
        onClick={() => doing.act(act)}
      >
        {actTitle(act.name)}
      </Button>
    </Stack>
  );
}

function useDoing(stored: StoredBooking, reload: () => void) {
  const { config, ledger } = useMarket();
  const { wallet, holdings } = useWallet();
  const { steps, run } = useSteps(() => {
    holdings.reload();
    reload();
  });
  const own = wallet !== undefined && isDriver(stored, wallet.address) ? wallet : undefined;
  const { act, busy, error } = useAction((chosen: Act) =>
    run([actTitle(chosen.name)], (report) => doAct({ ledger, config, wallet: own }, stored, chosen, report)),
  );
  return { act, busy, error, steps };
}

function Acts({
  stored,
  value,
  reload,
}: {
  stored: StoredBooking;
  value: BookingResponse;
  reload: () => void;
}) {
  const { config, ledger } = useMarket();
  const nowSec = useNow(1_000);
  const { act, busy, error, steps } = useDoing(stored, reload);
  const { value: story } = useLoaded(`${stored.bookingId} ${value.state.head} ${value.state.claim}`, () =>
    storyOf(ledger, stored.bookingId, value.bookedTx),
  );
  const open = openBookingOf(stored.booking, value, config, stored.cosigned?.reading);
  if (open === undefined) return null;
  const acts = openActs(open, nowSec);
  const doing = { act: (chosen: Act) => void act(chosen), busy };
  const cards = (usual: boolean) =>
    acts
      .filter((one) => isUsual(one, open) === usual)
      .map((one) => <ActCard key={one.name} act={one} stored={stored} doing={doing} />);
  return (
    <Stack className="pp-card pp-noprint pp-course" gap="md">
      <Standing open={open} nowSec={nowSec} />
      {cards(true)}
      <Steps steps={steps} />
      <Failure error={error} steps={steps} />
      <details open={!isUnclaimed(open.state)}>
        <Text component="summary" size="sm" fw={600} mb="xs">
          {t('settlement.course.title')}
        </Text>
        <Stack gap="md">
          <Course lines={courseOf(open, story ?? [], nowSec)} nowSec={nowSec} />
          {cards(false)}
        </Stack>
      </details>
    </Stack>
  );
}

/**
 * The course of an open booking on the ledger, and all that the driver can do there now. `isClaimed`: something stands
 * against the driver, and should be seen first.
 */
export function useBookingCourse(stored: StoredBooking): { isClaimed: boolean; course: ReactNode } {
  const nowSec = useNow(5_000);
  const { value, error, reload } = useLoaded(stored.bookingId, () => refreshBooking(stored));
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again every half minute
  useEffect(reload, [Math.floor(nowSec / ASK_AGAIN_SEC), reload]);
  // A local ledger that was killed may have lost its last seconds, and the booking with them.
  const isUnknown = (error as PlugpactError | undefined)?.code === 'booking.unknown';
  if (error !== undefined && (stored.bookedTx === undefined || isUnknown))
    return { isClaimed: false, course: <Unsent stored={stored} error={error} reload={reload} /> };
  if (value === undefined) return { isClaimed: false, course: null };
  const isClaimed = value.endedTx === null && !isUnclaimed(stateOf(value));
  return { isClaimed, course: <Acts stored={stored} value={value} reload={reload} /> };
}
