import { Badge, Button, Code, CopyButton, Group, Stack, Text } from '@mantine/core';
import { IconCopy } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Wallet } from './wallet.ts';

/** The full address of an account, with a button that copies it. */
function Address({ wallet }: { wallet: Wallet }) {
  return (
    <Group gap="xs" wrap="nowrap" justify="space-between">
      <Code fz="11px" style={{ overflowWrap: 'anywhere' }}>
        {wallet.address}
      </Code>
      <CopyButton value={wallet.address}>
        {({ copied, copy }) => (
          <Button
            size="compact-xs"
            variant="subtle"
            miw={76}
            onClick={copy}
            leftSection={<IconCopy size={13} />}
          >
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </CopyButton>
    </Group>
  );
}

interface Props {
  title: string;
  wallet: Wallet;
  /** Further content of the card. */
  children?: ReactNode;
}

/** An account's address, with a badge where its private key is in this browser. */
export function AccountCard({ title, wallet, children }: Props) {
  return (
    <Stack className="pp-card" gap={6}>
      <Group gap="xs">
        <Text fw={600}>{title}</Text>
        {wallet.kind === 'demo' ? (
          <Badge size="sm" variant="light" color="yellow">
            demo: key in this browser
          </Badge>
        ) : null}
      </Group>
      <Address wallet={wallet} />
      {children}
    </Stack>
  );
}
