import { Alert, Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconMessage2, IconNavigation, IconPhone } from '@tabler/icons-react';
import { useEffect } from 'react';
import type { Hex } from 'viem';
import type { Handover } from '../../../protocol/handover.ts';
import { Failure } from '../app/Failure.tsx';
import { useLoaded, useNow } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { t } from '../app/words.ts';
import { loadCharger } from './charger.ts';
import { forgetChecked, noteChecked, wasChecked } from './checkedLocation.ts';
import { contactLink, mapsLink } from './mapsLink.ts';
import { openChecked, openHandover } from './openHandover.ts';
import { requestLocation } from './requestLocation.ts';
import type { StoredBooking } from './storedBookings.ts';

const ASK_AGAIN_SEC = 30;

const WHY = {
  OTHER_KEY: 'booking.location.otherKey',
  NOT_ON_LEDGER: 'booking.location.notOnLedger',
  COMMITMENT: 'booking.location.commitment',
  OUTSIDE: 'booking.location.outside',
} as const;

/** How the host is reached: a telephone number or an address for messages can be touched. */
function Contact({ contact }: { contact: string }) {
  const href = contactLink(contact);
  const isNumber = href?.startsWith('tel:') === true;
  return (
    <Group gap={6} wrap="nowrap" data-contact={href ?? 'TEXT'}>
      {isNumber ? <IconPhone size={18} aria-hidden /> : <IconMessage2 size={18} aria-hidden />}
      <Text size="sm">
        {t('booking.location.contact')}{' '}
        {href === undefined ? contact : <Anchor href={href}>{contact}</Anchor>}
      </Text>
    </Group>
  );
}

/** The location that arrived, if it matches the commitment on the ledger; otherwise a warning. */
export default function ExactLocation({ stored, sealed }: { stored: StoredBooking; sealed: Hex }) {
  const { ledger } = useMarket();
  const { listingId } = stored.booking;
  const { value, error, reload } = useLoaded(`listing:${listingId}`, () => loadCharger(ledger, listingId));
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new one may belong to a new version of the listing
  useEffect(reload, [sealed, reload]);
  const opened = value && openHandover(stored, sealed, value);
  const isWrong = opened?.state === 'DIFFERS';
  const isRight = opened?.state === 'MATCHES';
  useEffect(() => {
    if (isRight) noteChecked(stored.bookingId, sealed);
    if (isWrong) forgetChecked(stored.bookingId);
  }, [isRight, isWrong, stored.bookingId, sealed]);
  const round = Math.floor(useNow(5_000) / ASK_AGAIN_SEC);
  // The host may have changed the location after it was sent: the agent has the new one, or will have it soon.
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again as the round changes
  useEffect(() => {
    if (isWrong) requestLocation(stored).catch(() => undefined);
  }, [isWrong, round]);
  if (value === undefined && error !== undefined) {
    const before = wasChecked(stored.bookingId, sealed) ? openChecked(stored, sealed) : undefined;
    if (before !== undefined)
      return <Location handover={before} note={t('booking.location.checkedBefore')} />;
    return <Failure error={error} onRetry={reload} title={t('booking.location.unchecked')} />;
  }
  if (opened === undefined) {
    return (
      <Text size="sm" c="dimmed" role="status">
        {t('booking.location.checking')}
      </Text>
    );
  }
  if (opened.state === 'DIFFERS') {
    return (
      <Alert
        color="red"
        icon={<IconAlertTriangle size={18} />}
        title={t('booking.location.wrong')}
        role="alert"
      >
        <Text size="sm">{t('booking.location.wrongWhy', { why: t(WHY[opened.why]) })}</Text>
        <Text size="sm" mt={4}>
          {t('booking.location.doNotGo')}
        </Text>
      </Alert>
    );
  }
  return <Location handover={opened.handover} note={t('booking.location.matches')} />;
}

/** Where to go, how to get in, and whom to call. */
function Location({ handover, note }: { handover: Handover; note: string }) {
  const { place: coordinates, instructions, contact } = handover;
  return (
    <Stack gap={4} data-location={coordinates}>
      <Group gap="xs">
        <Button
          component="a"
          href={mapsLink(coordinates, navigator.userAgent)}
          target="_blank"
          rel="noreferrer"
          variant="default"
          mih={44}
          leftSection={<IconNavigation size={18} aria-hidden />}
        >
          {t('booking.location.open')}
        </Button>
        <Text size="sm" c="dimmed">
          {coordinates}
        </Text>
      </Group>
      {instructions === '' ? null : (
        <Text size="sm" style={{ whiteSpace: 'pre-wrap' }}>
          {instructions}
        </Text>
      )}
      {contact === '' ? null : <Contact contact={contact} />}
      <Text size="sm" c="dimmed">
        {note}
      </Text>
    </Stack>
  );
}
