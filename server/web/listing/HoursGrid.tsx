import { Button, Collapse, SegmentedControl, Stack } from '@mantine/core';
import { Fragment, type PointerEvent, useId, useRef, useState } from 'react';
import { LOCALE, t } from '../app/words.ts';
import { HOUR_PRESETS } from './hours.ts';
import './hours.css';

type Preset = keyof typeof HOUR_PRESETS;

const PRESETS: readonly (readonly [Preset, () => string])[] = [
  ['Always', () => t('listing.hours.always')],
  ['Days', () => t('listing.hours.days')],
  ['Working hours', () => t('listing.hours.working')],
  ['Weekends', () => t('listing.hours.weekends')],
];

/** 2024 began on a Monday. */
const dayNames = (weekday: 'short' | 'long'): string[] =>
  Array.from({ length: 7 }, (_, day) =>
    new Intl.DateTimeFormat(LOCALE, { weekday, timeZone: 'UTC' }).format(Date.UTC(2024, 0, 1 + day)),
  );
const SHORT = dayNames('short');
const LONG = dayNames('long');
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

interface Props {
  mask: bigint;
  onChange: (mask: bigint) => void;
}

/** Each hour of the week as a button: a mouse paints, a finger taps, so that it can still scroll. */
function Grid({ mask, onChange }: Props) {
  const painting = useRef<boolean>(undefined);
  const stop = () => {
    painting.current = undefined;
  };
  const cell = (day: number, hour: number) => {
    const bit = 1n << BigInt(day * 24 + hour);
    const on = (mask & bit) !== 0n;
    const set = (isOn: boolean) => onChange(isOn ? mask | bit : mask & ~bit);
    const press = (event: PointerEvent) => {
      if (event.pointerType !== 'mouse') return;
      painting.current = !on;
      set(!on);
    };
    return (
      <button
        key={day}
        type="button"
        aria-pressed={on}
        aria-label={t('listing.hours.cell', { day: LONG[day], from: hour, to: hour + 1 })}
        onPointerDown={press}
        onPointerEnter={() => painting.current !== undefined && set(painting.current)}
        // A mouse has painted already.
        onClick={({ nativeEvent }) => {
          const byMouse = (nativeEvent as globalThis.PointerEvent).pointerType === 'mouse';
          if (!byMouse) set(!on);
        }}
      />
    );
  };
  return (
    <div className="pp-hours" onPointerUp={stop} onPointerLeave={stop}>
      <span />
      {SHORT.map((name) => (
        <span key={name}>{name}</span>
      ))}
      {HOURS.map((hour) => (
        <Fragment key={hour}>
          <span>{String(hour).padStart(2, '0')}</span>
          {SHORT.map((_, day) => cell(day, hour))}
        </Fragment>
      ))}
    </div>
  );
}

/** Hours in which guests may charge, in local time: presets, and a grid of the week. */
export function HoursGrid({ mask, onChange }: Props) {
  const preset = PRESETS.find(([name]) => HOUR_PRESETS[name] === mask)?.[0];
  const [isOpen, setOpen] = useState(preset === undefined);
  const id = useId();
  return (
    <Stack gap="xs">
      <SegmentedControl
        fullWidth
        className="pp-hourpresets"
        value={preset ?? ''}
        onChange={(name) => onChange(HOUR_PRESETS[name as Preset] ?? mask)}
        data={PRESETS.map(([value, label]) => ({ value, label: label() }))}
        aria-label={t('listing.hours.usual')}
      />
      <Button variant="default" aria-expanded={isOpen} aria-controls={id} onClick={() => setOpen(!isOpen)}>
        {isOpen ? t('listing.hours.close') : t('listing.hours.each')}
      </Button>
      <Collapse expanded={isOpen} id={id}>
        <Grid mask={mask} onChange={onChange} />
      </Collapse>
    </Stack>
  );
}
