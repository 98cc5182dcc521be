import { List, Text } from '@mantine/core';
import { api } from '../app/api.ts';
import { Failure } from '../app/Failure.tsx';
import { useLoaded } from '../app/hooks.ts';
import { t } from '../app/words.ts';

/** What the ledger shows of a driver for ever: in words, and folded away, event by event. */
export function OnLedger() {
  const { value, error, reload } = useLoaded('onLedger', () => api('listOnLedger'));
  const events = value?.events.filter(({ by }) => by === 'DRIVER' || by === 'ANYONE' || by === 'AGENT');
  return (
    <>
      <Text size="sm" fw={600}>
        {t('vault.ledger.title')}
      </Text>
      <Text size="sm">{t('vault.ledger.words')}</Text>
      <Failure error={error} onRetry={reload} moved={t('vault.nothingMoved')} />
      {events === undefined ? null : (
        <details>
          <summary>{t('vault.ledger.proof')}</summary>
          <List size="xs" mt="xs" spacing={4}>
            {events.map(({ event, fields }) => (
              <List.Item key={event} style={{ overflowWrap: 'anywhere' }}>
                {event}: {fields.join(', ')}
              </List.Item>
            ))}
          </List>
        </details>
      )}
    </>
  );
}
