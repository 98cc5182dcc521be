import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconDownload, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { forget, keysSetAside, storedText } from '../app/storage.ts';
import { t } from '../app/words.ts';
import { unreadableBookings } from '../booking/storedBookings.ts';

interface Kept {
  key: string;
  state: 'BROKEN' | 'NEWER' | 'ASIDE';
}

/** What stands in this browser's storage that this page cannot read. */
function unreadable(): Kept[] {
  const bookings = unreadableBookings().map(({ key, state }) => ({ key, state: state as Kept['state'] }));
  return [...bookings, ...keysSetAside().map((key) => ({ key, state: 'ASIDE' as const }))];
}

function saveAsFile({ key }: Kept): void {
  const file = URL.createObjectURL(new Blob([storedText(key) ?? ''], { type: 'application/json' }));
  const link = Object.assign(document.createElement('a'), {
    href: file,
    download: `plugpact-${key.replaceAll(/[^a-zA-Z0-9]+/g, '-')}.json`,
  });
  link.click();
  URL.revokeObjectURL(file);
}

/** Nothing of what this browser keeps is thrown away unseen: what cannot be read is shown, to be saved or deleted. */
export function Unreadable() {
  const [kept, setKept] = useState(unreadable);
  if (kept.length === 0) return null;
  return (
    <Alert
      color="yellow"
      variant="light"
      icon={<IconAlertTriangle size={18} />}
      title={t('vault.unread.title', { count: kept.length })}
    >
      <Stack component="ul" className="pp-list" gap="sm">
        {kept.map((one) => (
          <li key={one.key} data-unread={one.state}>
            <Text size="sm">{t(`vault.unread.${one.state}`)}</Text>
            <Group gap="xs" mt={4}>
              <Button
                variant="default"
                onClick={() => saveAsFile(one)}
                leftSection={<IconDownload size={18} aria-hidden />}
              >
                {t('vault.unread.save')}
              </Button>
              <Button
                variant="default"
                color="red"
                leftSection={<IconTrash size={18} aria-hidden />}
                onClick={() => {
                  forget(one.key);
                  setKept(unreadable());
                }}
              >
                {t('vault.unread.delete')}
              </Button>
            </Group>
          </li>
        ))}
      </Stack>
    </Alert>
  );
}
