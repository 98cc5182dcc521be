import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconBolt, IconCheck, IconCloudOff, IconPlayerStop } from '@tabler/icons-react';
import type { SessionState } from '../../../protocol/link.ts';
import type { BlockReason } from '../../../protocol/session.ts';
import { Failure } from '../app/Failure.tsx';
import { useAction, useNow } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { stopwatch, timeOf, whenOf } from '../app/units.ts';
import { t } from '../app/words.ts';
import type { StoredBooking } from '../booking/storedBookings.ts';
import { timesOf } from '../booking/times.ts';
import { blockReasonOf } from './blockReason.ts';
import { ChargeRing } from './ChargeRing.tsx';
import { useLive } from './CosignerProvider.tsx';
import { type Close, closeOf } from './closeOf.ts';
import { EnergyCurve } from './EnergyCurve.tsx';
import type { LiveState } from './liveState.ts';
import { sessionDetailText } from './noticeText.ts';
import { assuranceWords, isUnderWay, stateTitle, stateWords } from './sessionWords.ts';
import { start, stop } from './startStop.ts';
import { useWakeLock } from './useWakeLock.ts';

function Cosigning({ stored, live, nowSec }: { stored: StoredBooking; live: LiveState; nowSec: number }) {
  if (live.refusal !== undefined) return <Failure error={live.refusal} title={t('charging.notCosigned')} />;
  if (live.problem !== undefined || live.unsent !== undefined) {
    return (
      <Alert color="yellow" icon={<IconCloudOff size={18} />} title={t('charging.interrupted')} role="status">
        {t('charging.interruptedHow')}
      </Alert>
    );
  }
  const last = stored.cosigned?.reading;
  if (last === undefined) return null;
  const ago = Math.max(0, nowSec - last.endedAt);
  return (
    <Group gap={6} c="var(--pp-good)" wrap="nowrap" justify="center">
      <IconCheck size={18} aria-hidden />
      <Text size="sm">
        {ago < 5
          ? t('charging.cosignedNow', { number: last.seq + 1 })
          : t('charging.cosigned', { number: last.seq + 1, ago: stopwatch(ago) })}
      </Text>
    </Group>
  );
}

function StartButton({ stored, opens, nowSec }: { stored: StoredBooking; opens: number; nowSec: number }) {
  const { act, busy, error } = useAction(() => start(stored));
  const isEarly = nowSec < opens;
  const hasCard = stored.card !== undefined;
  return (
    <Stack gap="xs">
      <Button
        size="lg"
        variant={hasCard ? 'default' : 'filled'}
        leftSection={<IconBolt size={20} aria-hidden />}
        loading={busy}
        disabled={isEarly}
        onClick={() => act()}
      >
        {isEarly
          ? t('charging.start.from', { time: whenOf(opens, nowSec) })
          : hasCard
            ? t('charging.start.withoutCard')
            : t('charging.start.now')}
      </Button>
      {hasCard ? null : (
        <Text size="sm" c="dimmed">
          {t('charging.start.how')}
        </Text>
      )}
      <Failure error={error} title={t('charging.start.failed')} />
    </Stack>
  );
}

function stopWords(isAsked: boolean, blockReason: BlockReason | undefined): string {
  if (blockReason !== undefined) return isAsked ? t('charging.stop.refundAgain') : t('charging.stop.refund');
  return isAsked ? t('charging.stop.again') : t('charging.stop.now');
}

function StopButton({
  stored,
  blockReason,
}: {
  stored: StoredBooking;
  blockReason?: BlockReason | undefined;
}) {
  const { act, busy, error } = useAction(() => stop(stored));
  const isAsked = stored.stopAskedAt !== undefined;
  return (
    <Stack gap="xs" data-block-reason={blockReason}>
      {blockReason === undefined ? null : (
        <Text size="sm">
          {t(`charging.blocked.${blockReason}`)} {t('charging.stop.orWait')}
        </Text>
      )}
      <Button
        color="red"
        variant="light"
        size="lg"
        leftSection={<IconPlayerStop size={18} aria-hidden />}
        loading={busy}
        onClick={() => act()}
      >
        {stopWords(isAsked, blockReason)}
      </Button>
      {isAsked ? (
        <Text size="sm" c="dimmed" role="status">
          {blockReason === undefined ? t('charging.stop.asked') : t('charging.stop.refundAsked')}
        </Text>
      ) : null}
      <Failure error={error} title={t('charging.stop.failed')} />
    </Stack>
  );
}

/** Title of the session: its state, or what it waits for. */
function titleOf(
  stored: StoredBooking,
  state: SessionState | undefined,
  blockReason: BlockReason | undefined,
): string {
  if (state !== undefined) return stateTitle(state);
  if (blockReason !== undefined) return t(`charging.blockedTitle.${blockReason}`);
  return stored.card === undefined ? t('charging.ready') : t('charging.waitingForCard');
}

interface Shown {
  stored: StoredBooking;
  live: LiveState;
  nowSec: number;
  close: Close;
  blockReason: BlockReason | undefined;
}

function Head({ stored, live, nowSec, close, blockReason }: Shown) {
  const { config } = useMarket();
  const times = timesOf(stored, config.windows);
  const state = live.session?.state;
  const window = t('charging.window', { from: timeOf(times.start), until: timeOf(times.end) });
  const explained =
    close !== 'OPEN' ? t(`charging.close.${close}`) : state === undefined ? window : stateWords(state);
  return (
    <div aria-live="polite" data-session={state ?? 'NONE'} data-close={close}>
      <Group gap="xs">
        {state === 'CHARGING' ? (
          <IconBolt size={20} className="pp-tone-charging pp-pulse" aria-hidden />
        ) : null}
        <Text fw={700} size="lg">
          {state === undefined && nowSec < times.opens
            ? t('charging.begins', { time: whenOf(times.start, nowSec) })
            : titleOf(stored, state, blockReason)}
        </Text>
      </Group>
      <Text size="sm" c="dimmed">
        {explained}
        {live.session?.detail ? ` ${sessionDetailText(live.session.detail)}` : ''}
      </Text>
    </div>
  );
}

function Meter({ stored, live, nowSec }: Pick<Shown, 'stored' | 'live' | 'nowSec'>) {
  const { config } = useMarket();
  const isFlowing = live.session?.state === 'CHARGING';
  return (
    <ChargeRing
      stored={stored}
      reading={live.reading ?? stored.cosigned?.reading}
      powerW={isFlowing ? live.session!.powerW : 0}
      end={timesOf(stored, config.windows).end}
      nowSec={nowSec}
    />
  );
}

/** A session from the start button to the final reading, on one screen. */
export function LiveSession({ stored }: { stored: StoredBooking }) {
  const { config } = useMarket();
  const nowSec = useNow();
  const live = useLive(stored.bookingId);
  const { opens } = timesOf(stored, config.windows);
  const close = closeOf(stored, live);
  const hasBegun = isUnderWay(live.session?.state) || stored.cosigned !== undefined;
  const isOver = close !== 'OPEN';
  const blockReason = hasBegun || isOver ? undefined : blockReasonOf(live.notices ?? []);
  useWakeLock(hasBegun && !isOver);
  return (
    <Stack className="pp-card" gap="md">
      <Head stored={stored} live={live} nowSec={nowSec} close={close} blockReason={blockReason} />
      {hasBegun || isOver ? <Meter stored={stored} live={live} nowSec={nowSec} /> : null}
      {isOver ? null : hasBegun || blockReason !== undefined ? (
        <StopButton stored={stored} blockReason={blockReason} />
      ) : (
        <StartButton stored={stored} opens={opens} nowSec={nowSec} />
      )}
      <Cosigning stored={stored} live={live} nowSec={nowSec} />
      {hasBegun || isOver ? (
        <>
          <EnergyCurve points={stored.curve ?? []} />
          {live.session === undefined ? null : (
            <Text size="sm" c="dimmed" data-assurance-level={live.session.assuranceLevel}>
              {assuranceWords(live.session.assuranceLevel)}
            </Text>
          )}
        </>
      ) : null}
    </Stack>
  );
}
