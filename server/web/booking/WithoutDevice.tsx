import { Stack, Switch } from '@mantine/core';
import { t } from '../app/words.ts';
import { CardField } from './CardField.tsx';

/** How a charge starts where this device will not be there; undefined: it will. */
export interface StartWithout {
  /** The card's UID as it is typed; undefined where only the start code is used. */
  card: string | undefined;
}

interface Props {
  value: StartWithout | undefined;
  onChange: (value: StartWithout | undefined) => void;
}

/** A card or a typed code starts the charge: what the charger's word may cost then is signed with the booking. */
export function WithoutDevice({ value, onChange }: Props) {
  return (
    <details className="pp-unfold" open={value !== undefined}>
      <summary>{t('booking.without.title')}</summary>
      <Stack gap="xs" mt="xs">
        <Switch
          size="md"
          label={t('booking.without.card')}
          description={t('booking.without.cardHow')}
          checked={value?.card !== undefined}
          onChange={(event) => onChange(event.currentTarget.checked ? { card: '' } : undefined)}
        />
        <Switch
          size="md"
          label={t('booking.without.code')}
          description={t('booking.without.codeHow')}
          checked={value !== undefined && value.card === undefined}
          onChange={(event) => onChange(event.currentTarget.checked ? { card: undefined } : undefined)}
        />
        {value?.card === undefined ? null : (
          <CardField typed={value.card} onChange={(card) => onChange({ card })} />
        )}
      </Stack>
    </details>
  );
}
