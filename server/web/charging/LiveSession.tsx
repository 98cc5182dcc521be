import { Alert, Button, Group, Progress, Stack, Text } from '@mantine/core';
import { IconBolt, IconCheck, IconCloudOff, IconPlayerStop } from '@tabler/icons-react';
import { costRoundedDown } from '../../../protocol/cost.ts';
import type { SessionState } from '../../../protocol/link.ts';
import { renderSessionDetail } from '../../../protocol/renderNotice.ts';
import type { BlockReason } from '../../../protocol/session.ts';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import { Failure } from '../app/Failure.tsx';
import { useAction, useNow } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { energy, moneyUnit, power, stopwatch, timeOf, whenOf } from '../app/units.ts';
import { LOCALE } from '../app/words.ts';
import type { StoredBooking } from '../booking/storedBookings.ts';
import { timesOf } from '../booking/times.ts';
import { BookingNotices } from './BookingNotices.tsx';
import { BLOCK_TITLES, BLOCK_WORDS, blockReasonOf } from './blockReason.ts';
import { useLive } from './CosignerProvider.tsx';
import type { LiveState } from './cosigner.ts';
import { EnergyCurve } from './EnergyCurve.tsx';
import { ASSURANCE_WORDS, SESSION_WORDS } from './sessionWords.ts';
import { start, stop } from './startStop.ts';
import { WallboxControl } from './WallboxControl.tsx';

const READER = { locale: LOCALE };

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text fw={600}>{value}</Text>
    </div>
  );
}

function Cosigning({ stored, live, nowSec }: { stored: StoredBooking; live: LiveState; nowSec: number }) {
  if (live.refusal !== undefined) return <Failure error={live.refusal} title="Not co-signed" />;
  if (live.problem !== undefined || live.unsent !== undefined) {
    return (
      <Alert color="yellow" icon={<IconCloudOff size={18} />} title="Connection interrupted" role="status">
        {(live.problem ?? live.unsent)?.message} The charge continues up to what you signed and allowed.
      </Alert>
    );
  }
  const last = stored.cosigned?.reading;
  if (last === undefined) return null;
  const ago = Math.max(0, nowSec - last.endedAt);
  return (
    <Group gap={6} c="var(--pp-good)" wrap="nowrap">
      <IconCheck size={16} aria-hidden />
      <Text size="xs">
        Reading {last.seq + 1} co-signed on this device, {ago < 5 ? 'just now' : `${stopwatch(ago)} ago`}
      </Text>
    </Group>
  );
}

/** Estimated energy since a reading, Wh. For display only; nothing is signed or paid according to it. */
const sinceWh = (live: LiveState, endedAt: number, nowSec: number): number =>
  Math.floor(((live.session?.powerW ?? 0) * Math.max(0, nowSec - endedAt)) / 3_600);

function Meter({ stored, live, nowSec }: { stored: StoredBooking; live: LiveState; nowSec: number }) {
  const { config } = useMarket();
  const terms = fromTermsStruct(stored.booking.terms);
  const { cap } = stored.booking.money;
  const reading = live.reading ?? stored.cosigned?.reading;
  const cost = reading === undefined ? 0n : costRoundedDown(terms.tariff, reading, cap);
  const usable = cap > terms.tariff.overstayReserve ? cap - terms.tariff.overstayReserve : cap;
  const charging = live.session?.state === 'CHARGING';
  const estimateWh =
    charging && reading ? reading.energyWh + sinceWh(live, reading.endedAt, nowSec) : undefined;
  const elapsed =
    reading === undefined
      ? 0
      : (charging ? Math.max(nowSec, reading.endedAt) : reading.endedAt) - reading.beganAt;
  return (
    <Stack gap="sm">
      <Group justify="space-between" align="flex-end">
        <div>
          <Text className="pp-figure" data-energy-wh={reading?.energyWh ?? 0}>
            {energy(reading?.energyWh ?? 0)}
          </Text>
          <Text size="sm" c="dimmed">
            {estimateWh === undefined
              ? `of about ${energy(stored.needWh, 0)}`
              : `now about ${energy(estimateWh)}`}
          </Text>
        </div>
        <div style={{ textAlign: 'right' }}>
          <Text fw={700} size="xl">
            {moneyUnit(cost, config.token, 4)}
          </Text>
          <Text size="sm" c="dimmed">
            at most {moneyUnit(cap, config.token)}
          </Text>
        </div>
      </Group>
      <Progress
        value={usable === 0n ? 0 : Number((cost * 1_000n) / usable) / 10}
        aria-label="Used part of the limit"
        size="sm"
        animated={charging}
      />
      {live.session === undefined ? null : (
        <Text size="xs" c="dimmed" data-assurance-level={live.session.assuranceLevel}>
          {ASSURANCE_WORDS[live.session.assuranceLevel]}
        </Text>
      )}
      <EnergyCurve points={stored.curve ?? []} />
      <Group justify="space-between">
        <Figure label="Power" value={power(live.session?.powerW ?? 0)} />
        <Figure label="Duration" value={stopwatch(elapsed)} />
        <Figure label="Price" value={`${moneyUnit(terms.tariff.pricePerKwh, config.token)}/kWh`} />
      </Group>
    </Stack>
  );
}

function StartButton({ stored, opens, nowSec }: { stored: StoredBooking; opens: number; nowSec: number }) {
  const { act, busy, error } = useAction(() => start(stored));
  const early = nowSec < opens;
  const hasCard = stored.card !== undefined;
  return (
    <Stack gap="xs">
      <Button
        size={hasCard || early ? 'md' : 'lg'}
        variant={hasCard ? 'default' : 'filled'}
        leftSection={<IconBolt size={20} />}
        loading={busy}
        disabled={early}
        onClick={() => act()}
      >
        {early
          ? `Start from ${whenOf(opens, nowSec)}`
          : hasCard
            ? 'Start without the card'
            : 'Start charging'}
      </Button>
      {hasCard ? null : (
        <Text size="xs" c="dimmed">
          Press this when you are at the wallbox. It sends your start secret encrypted to the host’s agent.
          You can plug in before or after.
        </Text>
      )}
      <Failure error={error} title="Not started" />
    </Stack>
  );
}

function StopButton({
  stored,
  blockReason,
}: {
  stored: StoredBooking;
  blockReason?: BlockReason | undefined;
}) {
  const { act, busy, error } = useAction(() => stop(stored));
  const asked = stored.stopAskedAt !== undefined;
  return (
    <Stack gap="xs" data-block-reason={blockReason}>
      {blockReason === undefined ? null : (
        <Text size="sm">
          {BLOCK_WORDS[blockReason]} End the booking now for a full refund, or wait: you can start once the
          wallbox is available.
        </Text>
      )}
      <Button
        color="red"
        variant="light"
        size="md"
        leftSection={<IconPlayerStop size={18} />}
        loading={busy}
        onClick={() => act()}
      >
        {stopWords(asked, blockReason)}
      </Button>
      {asked ? (
        <Text size="xs" c="dimmed" role="status">
          {blockReason === undefined
            ? 'Stop requested. Waiting for the final reading.'
            : 'End requested. Waiting for a final reading of 0 kWh.'}
        </Text>
      ) : null}
      <Failure error={error} title="Not stopped" />
    </Stack>
  );
}

function stopWords(isAsked: boolean, blockReason: BlockReason | undefined): string {
  if (blockReason !== undefined)
    return isAsked ? 'Request the end again' : 'End the booking for a full refund';
  return isAsked ? 'Request the stop again' : 'Stop charging';
}

function Over({ isSigned }: { isSigned: boolean }) {
  return (
    <Text size="sm" role="status">
      {isSigned
        ? 'The final reading is co-signed. The agent sends it to the ledger, which takes a few seconds.'
        : 'The charge has ended without your co-signature on the final reading. What you signed before counts.'}
    </Text>
  );
}

/** Title of the session: its state, or what it waits for. */
function titleOf(
  stored: StoredBooking,
  state: SessionState | undefined,
  blockReason: BlockReason | undefined,
): string {
  if (state !== undefined) return SESSION_WORDS[state].title;
  if (blockReason !== undefined) return BLOCK_TITLES[blockReason];
  return stored.card === undefined ? 'Ready to start' : 'Waiting for the card';
}

/** A session from the start button to the final reading. */
export function LiveSession({ stored }: { stored: StoredBooking }) {
  const { config } = useMarket();
  const nowSec = useNow();
  const live = useLive(stored.bookingId);
  const times = timesOf(stored, config.windows);
  const state = live.session?.state;
  const words = state === undefined ? undefined : SESSION_WORDS[state];
  const over = stored.cosigned?.reading.isFinal === true || state === 'FINISHED' || state === 'SETTLED';
  const begun = words?.underWay === true || stored.cosigned !== undefined;
  const blockReason = begun || over ? undefined : blockReasonOf(live.notices ?? []);
  return (
    <Stack gap="md">
      <Stack className="pp-card" gap="md">
        <div aria-live="polite" data-session={state ?? 'NONE'}>
          <Group gap="xs">
            {state === 'CHARGING' ? (
              <IconBolt size={20} className="pp-tone-charging pp-pulse" aria-hidden />
            ) : null}
            <Text fw={700} size="lg">
              {state === undefined && nowSec < times.opens
                ? `Begins ${whenOf(times.start, nowSec)}`
                : titleOf(stored, state, blockReason)}
            </Text>
          </Group>
          <Text size="sm" c="dimmed">
            {words?.explain ?? `Your booking is from ${timeOf(times.start)} to ${timeOf(times.end)}.`}
            {live.session?.detail ? ` ${renderSessionDetail(live.session.detail, READER)}` : ''}
          </Text>
        </div>
        {begun || over ? <Meter stored={stored} live={live} nowSec={nowSec} /> : null}
        <Cosigning stored={stored} live={live} nowSec={nowSec} />
        {over ? (
          <Over isSigned={stored.cosigned?.reading.isFinal === true} />
        ) : begun || blockReason !== undefined ? (
          <StopButton stored={stored} blockReason={blockReason} />
        ) : (
          <StartButton stored={stored} opens={times.opens} nowSec={nowSec} />
        )}
      </Stack>
      <BookingNotices kept={stored} live={live} />
      {over ? null : <WallboxControl listingId={stored.booking.listingId} cardUid={stored.card?.uid} />}
    </Stack>
  );
}
