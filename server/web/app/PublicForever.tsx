import { Alert, Checkbox, List, Text } from '@mantine/core';
import { IconEye } from '@tabler/icons-react';
import { useState } from 'react';
import { load, save } from './storage.ts';

/** Whether this reader was told, in this role, what the ledger keeps for ever. */
export function useForEverRead(role: 'driver' | 'host'): readonly [boolean, (read: boolean) => void] {
  const key = `told:${role}`;
  const [read, setRead] = useState(() => load<boolean>(key) ?? false);
  const change = (value: boolean) => {
    save(key, value);
    setRead(value);
  };
  return [read, change];
}

interface Props {
  facts: readonly string[];
  read: boolean;
  onRead: (read: boolean) => void;
}

/** Told before the first signature: what stands on the ledger for ever, for everyone to see. */
export function ForEver({ facts, read, onRead }: Props) {
  return (
    <Alert variant="light" color="gray" icon={<IconEye size={18} />} title="Public, and for ever">
      <Text size="sm">Once signed, the ledger shows to everyone and never forgets:</Text>
      <List size="sm" mt={4} mb="xs">
        {facts.map((fact) => (
          <List.Item key={fact}>{fact}</List.Item>
        ))}
      </List>
      <Checkbox
        size="sm"
        checked={read}
        onChange={(event) => onRead(event.currentTarget.checked)}
        label="I understand that this cannot be deleted"
      />
    </Alert>
  );
}
