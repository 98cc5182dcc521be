import { Group, NativeSelect, Stack, Text } from '@mantine/core';
import { type KeyboardEvent, useEffect, useMemo, useState } from 'react';
import { SLOT_SEC } from '../../../protocol/slots.ts';
import { dayOf, duration, timeOf } from '../app/units.ts';
import { t } from '../app/words.ts';
import { type Calendar, canBegin, dayCount, freeRun, slotState, slotsOfDay } from './slotChoice.ts';

interface Props {
  calendar: Calendar;
  firstSlot: number | undefined;
  slotCount: number;
  onChange: (firstSlot: number | undefined, slotCount: number) => void;
}

function dayIndexOf(nowSec: number, slot: number | undefined, days: number): number {
  if (slot === undefined) return 0;
  for (let day = 0; day < days; day += 1) if (slotsOfDay(nowSec, day).includes(slot)) return day;
  return 0;
}

/** Arrow keys move among the available starts, as in any group of radio buttons. */
function moveFocus(event: KeyboardEvent<HTMLDivElement>): void {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const all = [...event.currentTarget.querySelectorAll<HTMLButtonElement>('button:not(:disabled)')];
  const next = all[all.indexOf(document.activeElement as HTMLButtonElement) + step];
  next?.focus();
  next?.click();
}

/** A bar of the day. Hidden from screen readers, since the buttons below have the same content. */
function DayBar({
  calendar,
  slots,
  firstSlot,
  slotCount,
}: {
  calendar: Calendar;
  slots: number[];
  firstSlot: number | undefined;
  slotCount: number;
}) {
  const chosen = (slot: number) =>
    firstSlot !== undefined && slot >= firstSlot && slot < firstSlot + slotCount;
  return (
    <div aria-hidden>
      <div className="pp-day">
        {slots.map((slot) => (
          <i key={slot} data-state={slotState(calendar, slot)} data-chosen={chosen(slot)} />
        ))}
      </div>
      <Group justify="space-between" mt={2}>
        {['00', '06', '12', '18', '24'].map((hour) => (
          <Text key={hour} size="xs" c="dimmed">
            {hour}
          </Text>
        ))}
      </Group>
    </div>
  );
}

/** Day, start and duration of a booking. Taken slots are struck through and cannot be chosen. */
export function SlotPicker({ calendar, firstSlot, slotCount, onChange }: Props) {
  const days = dayCount(calendar);
  const [day, setDay] = useState(() => dayIndexOf(calendar.nowSec, firstSlot, days));
  const slots = useMemo(() => slotsOfDay(calendar.nowSec, day), [calendar.nowSec, day]);
  // A start that the form chose may be on another day than the one shown.
  useEffect(() => {
    if (firstSlot !== undefined && !slots.includes(firstSlot))
      setDay(dayIndexOf(calendar.nowSec, firstSlot, days));
  }, [firstSlot, slots, calendar.nowSec, days]);
  const { minSlots, maxSlots } = calendar.terms;
  const longest = firstSlot === undefined ? Number(maxSlots) : freeRun(calendar, firstSlot);
  const lengths = Array.from(
    { length: Math.max(0, longest - Number(minSlots) + 1) },
    (_, i) => Number(minSlots) + i,
  );
  const starts = slots.filter((slot) => slotState(calendar, slot) !== 'closed');
  const tabStop = starts.includes(firstSlot ?? -1)
    ? firstSlot
    : starts.find((s) => canBegin(calendar, s, slotCount));
  return (
    <Stack gap="xs">
      <Group grow gap="sm" align="flex-end">
        <NativeSelect
          label={t('booking.slots.day')}
          value={day}
          onChange={(event) => {
            setDay(Number(event.currentTarget.value));
            onChange(undefined, slotCount);
          }}
          data={Array.from({ length: days }, (_, i) => ({
            value: String(i),
            label:
              i === 0 ? t('booking.slots.today') : dayOf((slotsOfDay(calendar.nowSec, i)[0] ?? 0) * SLOT_SEC),
          }))}
        />
        <NativeSelect
          label={t('booking.slots.duration')}
          value={slotCount}
          onChange={(event) => onChange(firstSlot, Number(event.currentTarget.value))}
          data={(lengths.includes(slotCount) ? lengths : [...lengths, slotCount]).map((count) => ({
            value: String(count),
            label: duration(count * SLOT_SEC),
          }))}
        />
      </Group>
      <DayBar calendar={calendar} slots={slots} firstSlot={firstSlot} slotCount={slotCount} />
      {starts.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('booking.slots.none')}
        </Text>
      ) : (
        <div
          role="radiogroup"
          aria-label={t('booking.slots.start')}
          className="pp-slots"
          onKeyDown={moveFocus}
        >
          {starts.map((slot) => {
            const taken = slotState(calendar, slot) === 'taken';
            return (
              // biome-ignore lint/a11y/useSemanticElements: a grid of radio inputs cannot be styled as one tap target
              <button
                key={slot}
                type="button"
                role="radio"
                aria-checked={slot === firstSlot}
                className="pp-slot"
                data-state={taken ? 'taken' : 'free'}
                disabled={!canBegin(calendar, slot, slotCount)}
                tabIndex={slot === tabStop ? 0 : -1}
                title={taken ? t('booking.slots.taken') : undefined}
                onClick={() => onChange(slot, slotCount)}
              >
                {timeOf(slot * SLOT_SEC)}
              </button>
            );
          })}
        </div>
      )}
    </Stack>
  );
}
