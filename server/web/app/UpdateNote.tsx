import { Button, Paper, Text } from '@mantine/core';
import { takeNewVersion, useNewVersion } from './installed.ts';
import { t } from './words.ts';

/** Offers a newer version of the page. Nothing is loaded again before the reader wants it. */
export function UpdateNote() {
  if (!useNewVersion()) return null;
  return (
    <Paper className="pp-update" withBorder shadow="md" p="xs" role="status">
      <Text size="sm">{t('app.update')}</Text>
      <Button size="compact-sm" variant="default" onClick={takeNewVersion}>
        {t('app.update.take')}
      </Button>
    </Paper>
  );
}
