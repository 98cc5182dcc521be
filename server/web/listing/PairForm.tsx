import { Button, Chip, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconLink } from '@tabler/icons-react';
import { type FormEvent, useEffect, useState } from 'react';
import type { PairingResponse } from '../../../protocol/api.ts';
import type { Wallet } from '../accounts/wallet.ts';
import { api } from '../app/api.ts';
import { Failure } from '../app/Failure.tsx';
import { useAction, useLoaded } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { t } from '../app/words.ts';
import { pair } from './publish.ts';

const CODE = /^[A-Z2-7]{8}$/;
const ASK_AGAIN_MS = 4_000;

/** Pairing codes of this computer; on the local ledger only. Elsewhere only the agent shows a code. */
function useWaitingCodes(): string[] {
  const { config } = useMarket();
  const { value, reload } = useLoaded(config.local === null ? undefined : 'codes', () => api('getConfig'));
  useEffect(() => {
    const timer = setInterval(reload, ASK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [reload]);
  return (value ?? config).local?.pairingCodes ?? [];
}

interface Props {
  wallet: Wallet;
  onPaired: (pairing: PairingResponse) => void;
}

/** First step of a listing: the code that the agent shows for an unlisted connector. */
export function PairForm({ wallet, onPaired }: Props) {
  const { ledger } = useMarket();
  const [code, setCode] = useState('');
  const codes = useWaitingCodes();
  const { act, busy, error } = useAction(async (typed: string) =>
    onPaired(await pair(ledger, typed, wallet.address)),
  );
  const clean = code.trim().toUpperCase();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void act(clean);
  };
  return (
    <form onSubmit={submit}>
      <Stack className="pp-card" gap="sm">
        <Text fw={600}>{t('listing.pair')}</Text>
        <TextInput
          label={t('listing.pair.code')}
          description={t('listing.pair.code.hint')}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
          maxLength={12}
          autoComplete="off"
          spellCheck={false}
          styles={{
            input: {
              fontFamily: 'var(--mantine-font-family-monospace)',
              letterSpacing: '0.15em',
              textTransform: 'uppercase',
            },
          }}
          error={clean.length >= 8 && !CODE.test(clean) ? t('listing.pair.code.wrong') : undefined}
        />
        {codes.length === 0 ? null : (
          <Group gap="xs">
            <Text size="sm" c="dimmed">
              {t('listing.pair.here')}
            </Text>
            <Chip.Group value={clean} onChange={(value) => setCode(String(value))}>
              {codes.map((waiting) => (
                <Chip key={waiting} value={waiting} size="sm">
                  {waiting}
                </Chip>
              ))}
            </Chip.Group>
          </Group>
        )}
        <Button
          type="submit"
          leftSection={<IconLink size={18} />}
          loading={busy}
          disabled={!CODE.test(clean)}
        >
          {t('listing.pair.do')}
        </Button>
        <Failure error={error} title={t('listing.pair.not')} />
      </Stack>
    </form>
  );
}
