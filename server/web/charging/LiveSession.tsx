import { Alert, Button, Group, Progress, Stack, Text } from '@mantine/core';
import { IconBolt, IconCheck, IconCloudOff, IconPlayerStop } from '@tabler/icons-react';
import { costRoundedDown } from '../../../protocol/cost.ts';
import type { SessionState } from '../../../protocol/link2.ts';
import { renderSessionDetail } from '../../../protocol/renderNotice.ts';
import type { BlockReason } from '../../../protocol/session.ts';
import { bookingTimes } from '../../../protocol/slots.ts';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import { Failure } from '../app/Failure.tsx';
import { useAction, useNow } from '../app/hooks.ts';
import { useSetting } from '../app/MarketProvider.tsx';
import { energy, moneyUnit, power, stopwatch, timeOf, whenOf } from '../app/units.ts';
import type { KeptBooking } from '../booking/storedBookings.ts';
import { BookingNotices } from './BookingNotices.tsx';
import { BLOCK_TITLES, BLOCK_WORDS, blockReasonOf } from './blockReason.ts';
import { useLive } from './CosignerProvider.tsx';
import type { LiveState } from './cosigner.ts';
import { EnergyCurve } from './EnergyCurve.tsx';
import { ASSURANCE_WORDS, SESSION_WORDS } from './sessionWords.ts';
import { start, stop } from './startStop.ts';
import { WallboxControl } from './WallboxControl.tsx';

const READER = { locale: navigator.language };

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

function Cosigning({ kept, live, nowSec }: { kept: KeptBooking; live: LiveState; nowSec: number }) {
  if (live.refusal !== undefined) return <Failure error={live.refusal} title="Not co-signed" />;
  if (live.problem !== undefined || live.unsent !== undefined) {
    return (
      <Alert color="yellow" icon={<IconCloudOff size={18} />} title="Connection interrupted" role="status">
        {(live.problem ?? live.unsent)?.message} The charge goes on up to the unsigned limit.
      </Alert>
    );
  }
  const last = kept.cosigned?.reading;
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

/** Energy that should have flowed since a reading, Wh. A guess for the eye; nothing is signed or paid by it. */
const sinceWh = (live: LiveState, endedAt: number, nowSec: number): number =>
  Math.floor(((live.visit?.powerW ?? 0) * Math.max(0, nowSec - endedAt)) / 3_600);

function Meter({ kept, live, nowSec }: { kept: KeptBooking; live: LiveState; nowSec: number }) {
  const { config } = useSetting();
  const terms = fromTermsStruct(kept.booking.terms);
  const { cap } = kept.booking.money;
  const reading = live.reading ?? kept.cosigned?.reading;
  const cost = reading === undefined ? 0n : costRoundedDown(terms.tariff, reading, cap);
  const usable = cap > terms.tariff.overstayReserve ? cap - terms.tariff.overstayReserve : cap;
  const charging = live.visit?.state === 'CHARGING';
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
              ? `of about ${energy(kept.needWh, 0)}`
              : `by now about ${energy(estimateWh)}`}
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
        aria-label="Part of the limit that is used"
        size="sm"
        animated={charging}
      />
      {live.visit === undefined ? null : (
        <Text size="xs" c="dimmed" data-assurance-level={live.visit.assuranceLevel}>
          {ASSURANCE_WORDS[live.visit.assuranceLevel]}
        </Text>
      )}
      <EnergyCurve points={kept.curve ?? []} />
      <Group justify="space-between">
        <Figure label="Power" value={power(live.visit?.powerW ?? 0)} />
        <Figure label="Charging for" value={stopwatch(elapsed)} />
        <Figure label="Price" value={`${moneyUnit(terms.tariff.pricePerKwh, config.token)}/kWh`} />
      </Group>
    </Stack>
  );
}

function StartButton({ kept, opens, nowSec }: { kept: KeptBooking; opens: number; nowSec: number }) {
  const { act, busy, error } = useAction(() => start(kept));
  const early = nowSec < opens;
  const hasCard = kept.card !== undefined;
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
          Press it when you are at the charger: it hands your start secret to the wallbox, sealed so that
          nobody else can read it. Plugging in first or afterwards both work.
        </Text>
      )}
      <Failure error={error} title="Not started" />
    </Stack>
  );
}

function StopButton({ kept, hindrance }: { kept: KeptBooking; hindrance?: BlockReason | undefined }) {
  const { act, busy, error } = useAction(() => stop(kept));
  const asked = kept.stopAskedAt !== undefined;
  return (
    <Stack gap="xs" data-hindrance={hindrance}>
      {hindrance === undefined ? null : (
        <Text size="sm">
          {BLOCK_WORDS[hindrance]} Ending it gives you everything back at once. Or wait: once it is free you
          can start.
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
        {stopWords(asked, hindrance)}
      </Button>
      {asked ? (
        <Text size="xs" c="dimmed" role="status">
          {hindrance === undefined
            ? 'Asked to stop; waiting for the final reading.'
            : 'Asked to end it; waiting for a final reading of 0 kWh.'}
        </Text>
      ) : null}
      <Failure error={error} title="Not stopped" />
    </Stack>
  );
}

function stopWords(isAsked: boolean, hindrance: BlockReason | undefined): string {
  if (hindrance !== undefined) return isAsked ? 'Ask again to end it' : 'End it, get everything back';
  return isAsked ? 'Ask again to stop' : 'Stop charging';
}

function Over({ isSigned }: { isSigned: boolean }) {
  return (
    <Text size="sm" role="status">
      {isSigned
        ? 'The final reading is co-signed. The agent brings it to the ledger; this takes a few seconds.'
        : 'The visit is over; the final reading is not co-signed. What you signed before counts.'}
    </Text>
  );
}

/** What stands over the visit: where it is, or what it waits for. */
function titleOf(
  kept: KeptBooking,
  state: SessionState | undefined,
  hindrance: BlockReason | undefined,
): string {
  if (state !== undefined) return SESSION_WORDS[state].title;
  if (hindrance !== undefined) return BLOCK_TITLES[hindrance];
  return kept.card === undefined ? 'Ready when you are' : 'Waiting for the card';
}

/** A visit from the start button to the final reading. */
export function LiveSession({ kept }: { kept: KeptBooking }) {
  const { config } = useSetting();
  const nowSec = useNow();
  const live = useLive(kept.bookingId);
  const terms = fromTermsStruct(kept.booking.terms);
  const times = bookingTimes(kept.booking, terms.bookingTerms, config.windows);
  const state = live.visit?.state;
  const words = state === undefined ? undefined : SESSION_WORDS[state];
  const over = kept.cosigned?.reading.isFinal === true || state === 'FINISHED' || state === 'SETTLED';
  const begun = words?.underWay === true || kept.cosigned !== undefined;
  const hindrance = begun || over ? undefined : blockReasonOf(live.notices ?? []);
  return (
    <Stack gap="md">
      <Stack className="pp-card" gap="md">
        <div aria-live="polite" data-visit={state ?? 'NONE'}>
          <Group gap="xs">
            {state === 'CHARGING' ? (
              <IconBolt size={20} className="pp-tone-charging pp-pulse" aria-hidden />
            ) : null}
            <Text fw={700} size="lg">
              {state === undefined && nowSec < times.opens
                ? `Begins ${whenOf(times.start, nowSec)}`
                : titleOf(kept, state, hindrance)}
            </Text>
          </Group>
          <Text size="sm" c="dimmed">
            {words?.explain ?? `Your time is ${timeOf(times.start)} – ${timeOf(times.end)}.`}
            {live.visit?.detail ? ` ${renderSessionDetail(live.visit.detail, READER)}` : ''}
          </Text>
        </div>
        {begun || over ? <Meter kept={kept} live={live} nowSec={nowSec} /> : null}
        <Cosigning kept={kept} live={live} nowSec={nowSec} />
        {over ? (
          <Over isSigned={kept.cosigned?.reading.isFinal === true} />
        ) : begun || hindrance !== undefined ? (
          <StopButton kept={kept} hindrance={hindrance} />
        ) : (
          <StartButton kept={kept} opens={times.opens} nowSec={nowSec} />
        )}
      </Stack>
      <BookingNotices kept={kept} live={live} />
      {over ? null : <WallboxControl listingId={kept.booking.listingId} cardUid={kept.card?.uid} />}
    </Stack>
  );
}
