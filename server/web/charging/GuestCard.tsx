import { Button, Group, Stack, Text } from '@mantine/core';
import { IconCheck, IconId } from '@tabler/icons-react';
import { type FormEvent, useEffect, useState } from 'react';
import type { PlugpactError } from '../../../protocol/errors.ts';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import { Failure } from '../app/Failure.tsx';
import { useAction } from '../app/hooks.ts';
import { useSetting } from '../app/MarketProvider.tsx';
import { moneyUnit, whenOf } from '../app/units.ts';
import { CardField } from '../booking/CardField.tsx';
import { requireUid, uidEnd } from '../booking/card.ts';
import { type KeptBooking, updateBooking } from '../booking/storedBookings.ts';
import { useLive } from './CosignerProvider.tsx';
import { handOverCard } from './startStop.ts';

const TRY_AGAIN_MS = 5_000;
/** Refusals that asking again does not change. */
const FINAL = new Set([
  'start.ownersCard',
  'start.over',
  'start.wrongAgent',
  'start.envelope',
  'start.secret',
]);

/** Hands the named card over, again until the agent has it: it may not know the booking yet. */
function useHandOver(kept: KeptBooking) {
  const { card, bookedTx } = kept;
  const [tries, setTries] = useState(0);
  const { act, error } = useAction(async (uid: string) => {
    try {
      await handOverCard(kept, uid);
    } finally {
      setTries((n) => n + 1);
    }
  });
  const isFinal = FINAL.has((error as PlugpactError | undefined)?.code ?? '');
  const uid = card?.handedOverAt === undefined && bookedTx !== undefined && !isFinal ? card?.uid : undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each try brings on the next one, until it is there
  useEffect(() => {
    if (uid === undefined) return;
    const timer = setTimeout(() => void act(uid), tries === 0 ? 0 : TRY_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [uid, tries]);
  // A fresh booking is not known to the agent yet: the first refusals are none.
  return tries > 2 || isFinal ? error : undefined;
}

function NameCard({ kept, onDone }: { kept: KeptBooking; onDone: () => void }) {
  const [typed, setTyped] = useState('');
  const { act, error } = useAction(async () => {
    updateBooking(kept.bookingId, { card: { uid: requireUid(typed) } });
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
        <Failure error={error} title="Not a card" />
        <Group grow>
          <Button variant="default" onClick={onDone}>
            Leave it
          </Button>
          <Button type="submit" disabled={typed.trim() === ''}>
            Let this card start it
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** What the driver has to know of a charge that a card begins. */
function CardFacts({ kept, opens }: { kept: KeptBooking; opens: number }) {
  const { config } = useSetting();
  const error = useHandOver(kept);
  const { metering } = fromTermsStruct(kept.booking.terms);
  const isThere = kept.card?.handedOverAt !== undefined;
  return (
    <div data-card={isThere ? 'HANDED_OVER' : 'WAITING'}>
      <Group gap={6} wrap="nowrap" c={isThere ? 'var(--pp-good)' : undefined} role="status">
        {isThere ? <IconCheck size={16} aria-hidden /> : null}
        <Text size="sm" fw={600}>
          {isThere
            ? `Card ${uidEnd(kept.card?.uid ?? '')} starts it from ${whenOf(opens)}`
            : `Card ${uidEnd(kept.card?.uid ?? '')} is on its way to the host’s agent`}
        </Text>
      </Group>
      <Text size="sm" c="dimmed" mt={4}>
        Your guest plugs in and holds the card to the wallbox. Leave this page open here: it co-signs. Without
        it the charge pauses after {moneyUnit(metering.firstUnsignedCost, config.token, 4)}.
      </Text>
      <Failure error={error} title="The agent did not take the card" />
    </div>
  );
}

/** A guest without a phone: a card named here begins the charge in the driver's place. */
export function GuestCard({ kept, opens }: { kept: KeptBooking; opens: number }) {
  const [isNaming, setNaming] = useState(false);
  const { visit } = useLive(kept.bookingId);
  if (visit !== undefined || kept.cosigned !== undefined) return null;
  return (
    <Stack className="pp-card pp-noprint" gap="xs">
      {kept.card === undefined ? null : <CardFacts key={kept.card.uid} kept={kept} opens={opens} />}
      {isNaming ? (
        <NameCard kept={kept} onDone={() => setNaming(false)} />
      ) : (
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<IconId size={16} />}
          style={{ alignSelf: 'flex-start' }}
          onClick={() => setNaming(true)}
        >
          {kept.card === undefined ? 'Let a guest’s card start it' : 'Name another card'}
        </Button>
      )}
    </Stack>
  );
}
