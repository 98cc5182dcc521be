import { Alert, Button, NativeSelect, Stack, Text, Textarea } from '@mantine/core';
import { IconCheck, IconHelpCircle, IconPlugOff } from '@tabler/icons-react';
import { useState } from 'react';
import { FAULT_KINDS, type FaultKind } from '../../../protocol/faultKinds.ts';
import { signIn } from '../accounts/signIn.ts';
import { useWallet } from '../accounts/WalletProvider.tsx';
import { api } from '../app/api.ts';
import { Failure } from '../app/Failure.tsx';
import { useAction, useLoaded, useNow } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { whenOf } from '../app/units.ts';
import { t } from '../app/words.ts';
import { sayArrived } from '../booking/arrived.ts';
import { isDriver, type StoredBooking } from '../booking/storedBookings.ts';
import { timesOf } from '../booking/times.ts';
import { useLive } from './CosignerProvider.tsx';
import { HowToUnplug } from './UnplugReminder.tsx';

const ASK_AGAIN_SEC = 30;

/** Whether the agent of a booked charger speaks to the API at present; undefined while it is asked. */
function useSilence(stored: StoredBooking, isAsked: boolean): boolean | undefined {
  const { listingId } = stored.booking;
  const round = Math.floor(useNow(5_000) / ASK_AGAIN_SEC);
  const key = isAsked ? `silent:${listingId}:${round}` : undefined;
  const { value } = useLoaded(key, () => api('getCharger', { params: { listingId } }));
  return value === undefined ? undefined : value.freshness !== 'LIVE';
}

/** "I am here", on the ledger, by the booking's own key: it costs nothing and takes a no-show fee away from the host. */
function Arrived({ stored }: { stored: StoredBooking }) {
  const { ledger } = useMarket();
  const [isSaid, setSaid] = useState(false);
  const { act, busy, error } = useAction(async () => {
    await sayArrived(ledger, stored);
    setSaid(true);
  });
  return (
    <Stack gap="xs" data-arrived={isSaid}>
      {isSaid ? (
        <Text size="sm" c="var(--pp-good)" role="status">
          <IconCheck size={16} aria-hidden style={{ verticalAlign: -3 }} /> {t('charging.arrived.said')}
        </Text>
      ) : (
        <Button variant="default" mih={44} loading={busy} onClick={() => act()}>
          {t('charging.arrived.say')}
        </Button>
      )}
      <Text size="sm" c="dimmed">
        {t('charging.arrived.what')}
      </Text>
      <Failure error={error} title={t('charging.arrived.failed')} />
    </Stack>
  );
}

/** Tells host and map that something is broken; the map shows the kind alone. */
function ReportFault({ stored }: { stored: StoredBooking }) {
  const { ledger } = useMarket();
  const { wallet } = useWallet();
  const [kind, setKind] = useState<FaultKind>('NO_POWER');
  const [comment, setComment] = useState('');
  const [isReported, setReported] = useState(false);
  const { act, busy, error } = useAction(async () => {
    await signIn(wallet!, ledger);
    await api('reportFault', { params: { bookingId: stored.bookingId }, body: { kind, comment } });
    setReported(true);
  });
  if (wallet === undefined || !isDriver(stored, wallet.address)) return null;
  if (isReported) {
    return (
      <Text size="sm" role="status">
        {t('charging.fault.reported')}
      </Text>
    );
  }
  return (
    <Stack gap="xs">
      <NativeSelect
        label={t('charging.fault.what')}
        value={kind}
        onChange={(event) => setKind(event.currentTarget.value as FaultKind)}
        data={FAULT_KINDS.map((value) => ({ value, label: t(`charging.fault.kind.${value}`) }))}
      />
      <Textarea
        label={t('charging.fault.comment')}
        value={comment}
        onChange={(event) => setComment(event.currentTarget.value)}
        maxLength={500}
        autosize
        minRows={2}
      />
      <Button variant="default" mih={44} loading={busy} onClick={() => act()}>
        {t('charging.fault.send')}
      </Button>
      <Failure error={error} title={t('charging.fault.failed')} />
    </Stack>
  );
}

/** The agent is silent: what happens to the money, and what to do. */
function Silent({ stored }: { stored: StoredBooking }) {
  const { config } = useMarket();
  const { reportBy } = timesOf(stored, config.windows);
  return (
    <Alert
      className="pp-noprint"
      color="yellow"
      icon={<IconPlugOff size={18} />}
      title={t('charging.silent.title')}
      data-silent
    >
      <Text size="sm" mb="xs">
        {t('charging.silent.what', { time: whenOf(reportBy) })}
      </Text>
      <Arrived stored={stored} />
    </Alert>
  );
}

/** What to do where something is wrong: the host is late, the box is dead, the cable is stuck, something is broken. */
export function HelpCard({ stored }: { stored: StoredBooking }) {
  const { config } = useMarket();
  const nowSec = useNow(10_000);
  const { session } = useLive(stored.bookingId);
  const { opens, reportBy } = timesOf(stored, config.windows);
  const isThere = stored.bookedTx !== undefined && nowSec >= opens && nowSec < reportBy;
  const hasBegun = session !== undefined || stored.cosigned !== undefined;
  const isSilent = useSilence(stored, isThere && !hasBegun);
  if (!isThere) return null;
  return (
    <>
      {isSilent === true && !hasBegun ? <Silent stored={stored} /> : null}
      <details className="pp-card pp-fold pp-noprint">
        <summary>
          <IconHelpCircle size={20} aria-hidden />
          {t('charging.help.title')}
        </summary>
        <Stack gap="md" mt="xs">
          {hasBegun ? null : (
            <div>
              <Text size="sm" fw={600}>
                {t('charging.help.late')}
              </Text>
              <Text size="sm" mb="xs">
                {t('charging.help.lateHow')}
              </Text>
              {isSilent === true ? null : <Arrived stored={stored} />}
            </div>
          )}
          <div>
            <Text size="sm" fw={600}>
              {t('charging.unplug.how')}
            </Text>
            <HowToUnplug />
          </div>
          <div>
            <Text size="sm" fw={600}>
              {t('charging.fault.title')}
            </Text>
            <ReportFault stored={stored} />
          </div>
        </Stack>
      </details>
    </>
  );
}
