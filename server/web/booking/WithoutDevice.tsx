import { Radio, Stack, Switch, Text } from '@mantine/core';
import { useMarket } from '../app/MarketProvider.tsx';
import { duration, moneyUnit } from '../app/units.ts';
import { CardField } from './CardField.tsx';

/** How a charge starts where this device will not be there; undefined: it will. */
export interface StartWithout {
  /** The card's UID as it is typed; undefined where only the start code is used. */
  card: string | undefined;
  /** The charge may cost this much on the charger's word, token units. */
  allowedCost: bigint;
}

interface Props {
  value: StartWithout | undefined;
  /** What the host asks at least, and what the page proposes; token units, with the seconds of charging that each pays. */
  asked: { cost: bigint; lastsSec: number | undefined };
  proposed: { cost: bigint; lastsSec: number | undefined };
  onChange: (value: StartWithout | undefined) => void;
}

const lastsWords = (sec: number | undefined): string =>
  sec === undefined ? 'Energy is free.' : `About ${duration(sec)} of charging.`;

/** A card or a typed code starts the charge: what the charger's word may cost then has to be chosen at booking. */
export function WithoutDevice({ value, asked, proposed, onChange }: Props) {
  const { config } = useMarket();
  const text = (units: bigint) => moneyUnit(units, config.token);
  const begin = (card: string | undefined) => onChange({ card, allowedCost: proposed.cost });
  const choices = proposed.cost > asked.cost ? [proposed, asked] : [asked];
  return (
    <Stack gap="xs">
      <Switch
        label="For a guest without a phone"
        description="Charging starts when your guest holds a card to the wallbox."
        checked={value?.card !== undefined}
        onChange={(event) => (event.currentTarget.checked ? begin('') : onChange(undefined))}
      />
      <Switch
        label="With the start code"
        description="Somebody types it at the host’s agent; this device is not there."
        checked={value !== undefined && value.card === undefined}
        onChange={(event) => (event.currentTarget.checked ? begin(undefined) : onChange(undefined))}
      />
      {value?.card === undefined ? null : (
        <CardField typed={value.card} onChange={(card) => onChange({ ...value, card })} />
      )}
      {value === undefined ? null : (
        <Radio.Group
          label="Paid on the charger’s word, without this device"
          value={String(value.allowedCost)}
          onChange={(cost) => onChange({ ...value, allowedCost: BigInt(cost) })}
        >
          <Stack gap="xs" mt="xs">
            {choices.map(({ cost, lastsSec }) => (
              <Radio
                key={String(cost)}
                value={String(cost)}
                label={`At most ${text(cost)}`}
                description={lastsWords(lastsSec)}
              />
            ))}
            <Text size="xs" c="dimmed">
              The host could take this though you never come.
            </Text>
          </Stack>
        </Radio.Group>
      )}
    </Stack>
  );
}
