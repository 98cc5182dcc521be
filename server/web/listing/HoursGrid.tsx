import { Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { Fragment, useRef } from 'react';
import { HOUR_PRESETS } from './hours.ts';

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

interface Props {
  mask: bigint;
  onChange: (mask: bigint) => void;
}

/** Hours in which guests may charge, in local time: presets, and a grid to paint on. */
export function HoursGrid({ mask, onChange }: Props) {
  const painting = useRef<boolean>(undefined);
  const preset = Object.entries(HOUR_PRESETS).find(([, bits]) => bits === mask)?.[0] ?? '';
  const set = (bit: bigint, on: boolean) => onChange(on ? mask | bit : mask & ~bit);
  return (
    <Stack gap="xs">
      <SegmentedControl
        size="xs"
        value={preset}
        onChange={(name) => onChange(HOUR_PRESETS[name as keyof typeof HOUR_PRESETS] ?? mask)}
        data={Object.keys(HOUR_PRESETS)}
        aria-label="Usual hours"
      />
      <div
        className="pp-hours"
        onPointerUp={() => (painting.current = undefined)}
        onPointerLeave={() => (painting.current = undefined)}
      >
        {DAYS.map((name, day) => (
          <Fragment key={name}>
            <Text size="xs" c="dimmed">
              {name}
            </Text>
            {HOURS.map((hour) => {
              const bit = 1n << BigInt(day * 24 + hour);
              const on = (mask & bit) !== 0n;
              return (
                <button
                  key={hour}
                  type="button"
                  aria-pressed={on}
                  aria-label={`${name} ${hour}–${hour + 1}`}
                  onPointerDown={(event) => {
                    event.currentTarget.releasePointerCapture?.(event.pointerId);
                    painting.current = !on;
                    set(bit, !on);
                  }}
                  onPointerEnter={() => painting.current !== undefined && set(bit, painting.current)}
                  onKeyDown={(event) => {
                    if (event.key !== ' ' && event.key !== 'Enter') return;
                    event.preventDefault();
                    set(bit, !on);
                  }}
                />
              );
            })}
          </Fragment>
        ))}
      </div>
      <Group justify="space-between" pl={36}>
        {['0', '6', '12', '18', '24 h'].map((hour) => (
          <Text key={hour} size="10px" c="dimmed">
            {hour}
          </Text>
        ))}
      </Group>
    </Stack>
  );
}
