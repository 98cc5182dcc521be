import { Button, Group, Stack, Text } from '@mantine/core';
import { IconCheck, IconMinus, IconX } from '@tabler/icons-react';
import { useEffect } from 'react';
import type { Hex } from 'viem';
import { requestOf } from '../../../protocol/api/client.ts';
import type { PlugpactError } from '../../../protocol/errors.ts';
import { bookingTimes } from '../../../protocol/slots.ts';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import { asSignedIn } from '../accounts/asSignedIn.ts';
import { useWallet } from '../accounts/WalletProvider.tsx';
import { api, problemOf, unreachable } from '../app/api.ts';
import { Failure } from '../app/Failure.tsx';
import { useAction } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { energy } from '../app/units.ts';
import { t } from '../app/words.ts';
import type { EndedBooking } from './loadReceipt.ts';
import type { MeterVerdict } from './meterRecord.ts';
import { meterWords } from './receiptWords.ts';

/** The charger hands its record in once the ledger shows the end, some seconds later: so long it is asked for again. */
const HANDED_IN_WITHIN_MS = 45_000;
const AGAIN_MS = 2_000;

async function bundleOf(bookingId: Hex, evidenceHash: Hex, account: Hex): Promise<Uint8Array> {
  const giveUpAt = Date.now() + HANDED_IN_WITHIN_MS;
  for (;;) {
    try {
      return await readBundle(bookingId, evidenceHash, account);
    } catch (error) {
      if ((error as PlugpactError).code !== 'evidence.unknown' || Date.now() >= giveUpAt) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

async function readBundle(bookingId: Hex, evidenceHash: Hex, account: Hex): Promise<Uint8Array> {
  const { path } = requestOf('readEvidence', { params: { bookingId, evidenceHash }, query: { account } });
  const response = await fetch(path).catch((cause) => {
    throw unreachable(cause);
  });
  if (!response.ok) throw problemOf(response.status, await response.text());
  return new Uint8Array(await response.arrayBuffer());
}

/** Whether the booked terms promise a meter that signs. */
const isSigning = ({ made }: EndedBooking): boolean =>
  fromTermsStruct(made.booking.terms).metering.meterAlgorithm !== 'none';

/** Fetches the bundle and verifies it on this device; what verifies is loaded for it. */
async function verify({ made, facts, story }: EndedBooking, windows: Windows, account: Hex) {
  const { bookingId, ref, booking } = made;
  const { metering, meterKeyHash, bookingTerms } = fromTermsStruct(booking.terms);
  const { evidenceHash, energyWh } = facts.reading!;
  const [bytes, { meterKey }, { verifyMeterRecord }] = await Promise.all([
    bundleOf(bookingId, evidenceHash, account),
    api('getCharger', { params: { listingId: booking.listingId } }),
    import('./meterRecord.ts'),
  ]);
  const times = bookingTimes({ ...booking, bookedAt: story[0]?.at ?? facts.at }, bookingTerms, windows);
  return verifyMeterRecord({
    ...{ bytes, evidenceHash, bookingId, ref, startHash: booking.startHash, metering, meterKeyHash },
    ...{ meterKey: meterKey as Hex, window: { from: times.opens, until: times.closes }, billedWh: energyWh },
  });
}

type Windows = Parameters<typeof bookingTimes>[2];

const NO_KEY: MeterVerdict = { tier: 'NOT_THERE', why: 'noKey' };

function Mark({ tier }: { tier: MeterVerdict['tier'] }) {
  if (tier === 'VERIFIED') return <IconCheck size={16} aria-hidden />;
  return tier === 'NOT_VERIFIED' ? <IconX size={16} aria-hidden /> : <IconMinus size={16} aria-hidden />;
}

const COLOURS = { VERIFIED: 'var(--pp-good)', NOT_VERIFIED: 'red', NOT_THERE: 'dimmed' } as const;

interface Props {
  ended: EndedBooking;
  verdict: MeterVerdict | undefined;
  onVerdict: (verdict: MeterVerdict) => void;
}

/** The meter's own record, verified on this device against the key that the booked terms pin, or said to be missing. */
export function MeterRecord({ ended, verdict, onVerdict }: Props) {
  const { config, ledger } = useMarket();
  const { wallet } = useWallet();
  const hasKey = isSigning(ended);
  const { act, busy, error } = useAction(async () => {
    const account = wallet!.address;
    onVerdict(await asSignedIn(wallet!, ledger, () => verify(ended, config.windows, account)));
  });
  const isMissing = !hasKey && ended.facts.reading !== undefined;
  useEffect(() => {
    if (isMissing) onVerdict(NO_KEY);
  }, [isMissing, onVerdict]);
  if (ended.facts.reading === undefined || ended.facts.reading.energyWh === 0) return null;
  if (verdict !== undefined) {
    const proven = verdict.tier === 'VERIFIED' ? energy(Number(verdict.provenWh), 3) : '';
    return (
      <Group gap={6} wrap="nowrap" c={COLOURS[verdict.tier]} data-meter={verdict.tier}>
        <Mark tier={verdict.tier} />
        <Text size="xs">{meterWords(verdict, proven)}</Text>
      </Group>
    );
  }
  if (wallet === undefined) return null;
  return (
    <Stack gap="xs" className="pp-noprint">
      <Text size="xs" c="dimmed">
        {t('settlement.meter.ask')}
      </Text>
      <Button variant="default" loading={busy} onClick={() => act()}>
        {t('settlement.meter.check')}
      </Button>
      <Failure error={error} title={t('settlement.meter.failed')} />
    </Stack>
  );
}
