import { Button, Collapse, Group, NativeSelect, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { IconBroadcast } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import type { PairingResponse } from '../../../protocol/api.ts';
import { PlugpactError } from '../../../protocol/errors.ts';
import type { Wallet } from '../accounts/wallet.ts';
import { useSetting } from '../app/config.tsx';
import { Failure } from '../app/Failure.tsx';
import { ForEver, useForEverRead } from '../app/ForEver.tsx';
import { useAction } from '../app/hooks.ts';
import { Steps, useSteps } from '../app/Steps.tsx';
import { duration, power } from '../app/units.ts';
import { connectorWords, powerTypeWords } from '../map/chargerWords.ts';
import { defaultDraft, handoverOf, type ListingDraft, listingOf, type PlacedDraft } from './draft.ts';
import { HoursGrid } from './HoursGrid.tsx';
import { PlacePicker } from './PlacePicker.tsx';
import { PrivateFields } from './PrivateFields.tsx';
import { keepPlace } from './place.ts';
import { PUBLISH_STEP, publish } from './publish.ts';

const PUBLIC_FACTS = [
  'your host account, prices and terms, weekly hours',
  'the coarse cell of the place; the exact place stays with you and your agent',
  'each session’s kWh and what it earned',
];

type Money = 'pricePerKwh' | 'pricePerHour' | 'flatFee' | 'overstayPerHour' | 'lateFee';

interface Props {
  wallet: Wallet;
  pairing: PairingResponse;
  onDone: () => void;
}

function Found({ pairing: { offer } }: { pairing: PairingResponse }) {
  return (
    <div>
      <Text fw={600}>
        {offer.chargePointVendor} {offer.chargePointModel}
      </Text>
      <Text size="sm" c="dimmed">
        {connectorWords(offer.connectorStandard)}, {power(offer.maxPowerW)}, {powerTypeWords(offer.powerType)}
        ; {offer.meterAlgorithm === 'none' ? 'its meter does not sign' : 'its meter signs'}
      </Text>
    </div>
  );
}

function requirePlace(draft: ListingDraft): asserts draft is PlacedDraft {
  if (draft.place !== undefined) return;
  throw new PlugpactError({
    code: 'listing.noPlace',
    rule: 'A listing needs the place of the charger.',
    remedy: 'Press “Choose on the map” and click where the charger stands.',
  });
}

/** Second step of a listing: price, hours and place, with defaults that most hosts can leave. */
export function ListingForm({ wallet, pairing, onDone }: Props) {
  const { config, ledger } = useSetting();
  const [draft, setDraft] = useState(defaultDraft);
  const [more, setMore] = useState(false);
  const [read, setRead] = useForEverRead('host');
  const { steps, begin, progress, fail } = useSteps();
  const change = (part: Partial<ListingDraft>) => setDraft((old) => ({ ...old, ...part }));
  const { act, busy, error } = useAction(async () => {
    requirePlace(draft);
    const told = handoverOf(pairing.listingId, draft);
    const listing = listingOf(draft, pairing, wallet.address, config.token.decimals, told);
    // Kept first: the agent can take it only once it has seen the listing on the ledger.
    keepPlace(told);
    begin([PUBLISH_STEP]);
    await publish({ wallet, ledger, config }, listing, pairing, progress).catch((caught) => {
      fail();
      throw caught;
    });
    onDone();
  });
  const price = (name: Money, label: string, unit: string) => (
    <TextInput
      label={label}
      inputMode="decimal"
      value={draft[name]}
      onChange={(event) => change({ [name]: event.currentTarget.value })}
      rightSection={
        <Text size="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
          {config.token.symbol} {unit}
        </Text>
      }
      rightSectionWidth={98}
      error={/^\d+(\.\d+)?$/.test(draft[name]) ? undefined : 'Write it like 0.25'}
    />
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void act();
  };
  return (
    <form onSubmit={submit}>
      <Stack className="pp-card" gap="md">
        <Found pairing={pairing} />
        {price('pricePerKwh', 'Price of energy', 'per kWh')}
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => setMore(!more)}
          aria-expanded={more}
          style={{ alignSelf: 'flex-start' }}
        >
          {more ? 'Fewer' : 'More'} prices and terms
        </Button>
        <Collapse expanded={more}>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            {price('pricePerHour', 'Time charging', 'per hour')}
            {price('flatFee', 'Once', 'per visit')}
            {price('overstayPerHour', 'Staying too long', 'per hour')}
            {price('lateFee', 'Late cancel', 'once')}
            <NativeSelect
              label="Free cancelling until"
              value={draft.cancelUntilMin}
              onChange={(event) => change({ cancelUntilMin: Number(event.currentTarget.value) })}
              data={[0, 15, 60, 180, 1440].map((min) => ({
                value: String(min),
                label: min === 0 ? 'the start' : `${duration(min * 60)} before`,
              }))}
            />
            <NativeSelect
              label="Time to unplug"
              value={draft.lateStopMin}
              onChange={(event) => change({ lateStopMin: Number(event.currentTarget.value) })}
              data={[0, 5, 15, 30].map((min) => ({ value: String(min), label: duration(min * 60) }))}
            />
          </SimpleGrid>
        </Collapse>
        <div>
          <Text size="sm" fw={500} mb={6}>
            Hours for guests
          </Text>
          <HoursGrid
            mask={draft.hours.mask}
            onChange={(mask) => change({ hours: { ...draft.hours, mask } })}
          />
        </div>
        <PlacePicker draft={draft} onChange={change} />
        <PrivateFields draft={draft} onChange={change} />
        <ForEver facts={PUBLIC_FACTS} read={read} onRead={setRead} />
        <Steps steps={steps} />
        <Failure error={error} title="Not published" />
        <Group grow>
          <Button
            type="submit"
            size="md"
            leftSection={<IconBroadcast size={18} />}
            loading={busy}
            disabled={!read}
          >
            Sign and publish
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
