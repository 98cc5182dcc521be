import { Button, Group, Stack, Text } from '@mantine/core';
import { IconCheck, IconId } from '@tabler/icons-react';
import { type FormEvent, useEffect, useState } from 'react';
import type { PlugpactError } from '../../../protocol/errors.ts';
import { Failure } from '../app/Failure.tsx';
import { useAction } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { moneyUnit, whenOf } from '../app/units.ts';
import { t } from '../app/words.ts';
import { allowedNow } from '../booking/allowance.ts';
import { CardField } from '../booking/CardField.tsx';
import { requireUid, uidEnd } from '../booking/card.ts';
import { type StoredBooking, updateBooking } from '../booking/storedBookings.ts';
import { useLive } from './CosignerProvider.tsx';
import { sendCard } from './startStop.ts';

const TRY_AGAIN_MS = 5_000;
/** Problem codes for which trying again does not help. */
const FINAL = new Set([
  'start.ownersCard',
  'start.over',
  'start.wrongAgent',
  'start.envelope',
  'start.secret',
]);

/** Sends the card to the agent until it accepts it, since the agent may not know the booking yet. */
function useSendCard(stored: StoredBooking) {
  const { card, bookedTx } = stored;
  const [tries, setTries] = useState(0);
  const { act, error } = useAction(async (uid: string) => {
    try {
      await sendCard(stored, uid);
    } finally {
      setTries((n) => n + 1);
    }
  });
  const isFinal = FINAL.has((error as PlugpactError | undefined)?.code ?? '');
  const uid = card?.handedOverAt === undefined && bookedTx !== undefined && !isFinal ? card?.uid : undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each try schedules the next one, until the agent has the card
  useEffect(() => {
    if (uid === undefined) return;
    const timer = setTimeout(() => void act(uid), tries === 0 ? 0 : TRY_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [uid, tries]);
  // The agent does not know a new booking at once, so its first refusals are not shown.
  return tries > 2 || isFinal ? error : undefined;
}

function ChooseCard({ stored, onDone }: { stored: StoredBooking; onDone: () => void }) {
  const [typed, setTyped] = useState('');
  const { act, error } = useAction(async () => {
    updateBooking(stored.bookingId, { card: { uid: requireUid(typed) } });
    onDone();
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void act();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="xs">
        <CardField typed={typed} onChange={setTyped} />
        <Failure error={error} title={t('charging.card.invalid')} />
        <Group grow>
          <Button variant="default" onClick={onDone}>
            {t('charging.card.cancel')}
          </Button>
          <Button type="submit" disabled={typed.trim() === ''}>
            {t('charging.card.use')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** What the driver needs to know about a charge that a card starts. */
function GuestCardFacts({ stored, opens }: { stored: StoredBooking; opens: number }) {
  const { config } = useMarket();
  const error = useSendCard(stored);
  const isSent = stored.card?.handedOverAt !== undefined;
  return (
    <div data-card={isSent ? 'HANDED_OVER' : 'WAITING'}>
      <Group gap={6} wrap="nowrap" c={isSent ? 'var(--pp-good)' : undefined} role="status">
        {isSent ? <IconCheck size={16} aria-hidden /> : null}
        <Text size="sm" fw={600}>
          {isSent
            ? t('charging.card.sent', { card: uidEnd(stored.card?.uid ?? ''), time: whenOf(opens) })
            : t('charging.card.sending', { card: uidEnd(stored.card?.uid ?? '') })}
        </Text>
      </Group>
      <Text size="sm" c="dimmed" mt={4}>
        {t('charging.card.how', { amount: moneyUnit(allowedNow(stored), config.token, 4) })}
      </Text>
      <Failure error={error} title={t('charging.card.refused')} />
    </div>
  );
}

/** For a guest without a phone: a card that starts the charge in place of the driver. */
export function GuestCard({ stored, opens }: { stored: StoredBooking; opens: number }) {
  const [isChoosing, setChoosing] = useState(false);
  const { session } = useLive(stored.bookingId);
  if (session !== undefined || stored.cosigned !== undefined) return null;
  return (
    <Stack className="pp-card pp-noprint" gap="xs">
      {stored.card === undefined ? null : (
        <GuestCardFacts key={stored.card.uid} stored={stored} opens={opens} />
      )}
      {isChoosing ? (
        <ChooseCard stored={stored} onDone={() => setChoosing(false)} />
      ) : (
        <Button
          variant="subtle"
          size="sm"
          mih={44}
          leftSection={<IconId size={16} />}
          style={{ alignSelf: 'flex-start' }}
          onClick={() => setChoosing(true)}
        >
          {stored.card === undefined ? t('charging.card.guest') : t('charging.card.other')}
        </Button>
      )}
    </Stack>
  );
}
