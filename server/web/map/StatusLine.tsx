import { Group, Text } from '@mantine/core';
import type { ChargerSummary } from '../../../protocol/api.ts';
import { t } from '../app/words.ts';
import { statusWords } from './chargerWords.ts';

/** The status of a charger by icon and words. */
export function StatusLine({ charger }: { charger: Pick<ChargerSummary, 'status' | 'freshness'> }) {
  const { tone, label, Icon } = statusWords(charger);
  return (
    <Group gap="0 4px" className={`pp-tone-${tone}`}>
      <Text size="sm" fw={600} inherit={false} c="inherit" className="pp-status">
        <Icon size={17} aria-hidden />
        {label}
      </Text>
      {charger.freshness === 'STALE' ? (
        <Text size="xs" c="dimmed">
          {t('map.stale')}
        </Text>
      ) : null}
    </Group>
  );
}
