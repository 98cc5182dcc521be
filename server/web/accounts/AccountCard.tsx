import { Badge, Button, Code, Collapse, CopyButton, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCopy, IconFingerprint, IconFlask, IconKey, IconWallet } from '@tabler/icons-react';
import { lazy, type ReactNode, Suspense } from 'react';
import { t } from '../app/words.ts';
import { LeaveAccount } from './LeaveAccount.tsx';
import type { Wallet } from './walletKinds.ts';

const PublicPart = lazy(() => import('./PublicPart.tsx').then(({ PublicPart }) => ({ default: PublicPart })));
const Unlock = lazy(() => import('./Unlock.tsx'));

const ICONS = { passkey: IconFingerprint, recovered: IconKey, browser: IconWallet, demo: IconFlask } as const;

/** How the account signs. */
const kindOf = (wallet: Wallet): keyof typeof ICONS =>
  wallet.kind === 'passkey' && wallet.credentialId === undefined ? 'recovered' : wallet.kind;

/** The account's name on the ledger. That of a passkey's account is no address to send money to. */
function Proof({ wallet }: { wallet: Wallet }) {
  const [opened, { toggle }] = useDisclosure();
  return (
    <div>
      <Button size="compact-sm" variant="subtle" px={0} onClick={toggle} aria-expanded={opened}>
        {t('accounts.proof')}
      </Button>
      <Collapse expanded={opened}>
        <Text size="xs" c="dimmed">
          {wallet.kind === 'passkey' ? t('accounts.proof.passkey') : t('accounts.proof.wallet')}
        </Text>
        <Group gap="xs">
          <Code fz="12px" style={{ overflowWrap: 'anywhere' }}>
            {wallet.address}
          </Code>
          <CopyButton value={wallet.address}>
            {({ copied, copy }) => (
              <Button
                size="compact-sm"
                variant="subtle"
                miw={96}
                onClick={copy}
                leftSection={<IconCopy size={14} />}
              >
                {copied ? t('accounts.copied') : t('accounts.copy')}
              </Button>
            )}
          </CopyButton>
        </Group>
      </Collapse>
    </div>
  );
}

/** The file and the code again, as often as wanted; the words are shown once. */
function FileAgain({ wallet }: { wallet: Extract<Wallet, { kind: 'passkey' }> }) {
  const [opened, { toggle }] = useDisclosure();
  return (
    <div>
      <Button size="compact-sm" variant="subtle" px={0} onClick={toggle} aria-expanded={opened}>
        {t('accounts.file.again')}
      </Button>
      {opened ? (
        <Suspense>
          <PublicPart wallet={wallet} />
        </Suspense>
      ) : null}
    </div>
  );
}

interface Props {
  title: string;
  wallet: Wallet;
  /** Further content of the card. */
  children?: ReactNode;
}

/** An account: how it signs, what it is on the ledger, and the way to another. */
export function AccountCard({ title, wallet, children }: Props) {
  const kind = kindOf(wallet);
  const Icon = ICONS[kind];
  return (
    <Stack className="pp-card" gap={8}>
      <Group gap="xs">
        <Text fw={600}>{title}</Text>
        <Badge
          size="lg"
          variant="light"
          color={kind === 'demo' ? 'yellow' : 'pine'}
          leftSection={<Icon size={14} aria-hidden />}
          tt="none"
          data-account={kind}
        >
          {t(`accounts.kind.${kind}`)}
        </Badge>
      </Group>
      {children}
      {wallet.kind === 'passkey' && kind === 'recovered' ? (
        <Suspense>
          <Unlock wallet={wallet} />
        </Suspense>
      ) : null}
      {wallet.kind === 'passkey' ? <FileAgain wallet={wallet} /> : null}
      <Proof wallet={wallet} />
      <LeaveAccount wallet={wallet} kind={kind} />
    </Stack>
  );
}
