import { Alert, Button, Group, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { humanError } from './ledgerClient.ts';
import { t } from './words.ts';

interface Props {
  error: unknown;
  onRetry?: () => void;
  title?: string;
}

/** An error for the reader: the rule that was broken, the value, and what to do. */
export function Failure({ error, onRetry, title = t('app.failure') }: Props) {
  if (error === undefined || error === null) return null;
  const { rule, value, remedy, code } = humanError(error);
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle size={18} />} title={title} role="alert">
      <Text size="sm">
        {rule}
        {value === undefined ? '' : ` ${t('app.failure.got', { value })}`}
      </Text>
      <Text size="sm" mt={4}>
        {remedy}
      </Text>
      <Group justify="space-between" mt="xs" gap="xs">
        <Text size="xs" c="dimmed" ff="monospace">
          {code}
        </Text>
        {onRetry === undefined ? null : (
          <Button size="compact-sm" variant="default" onClick={onRetry}>
            {t('app.retry')}
          </Button>
        )}
      </Group>
    </Alert>
  );
}
