import {
  Button,
  Collapse,
  Group,
  NativeSelect,
  SimpleGrid,
  Stack,
  Switch,
  Text,
  TextInput,
} from '@mantine/core';
import { IconBroadcast } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import type { Hex } from 'viem';
import type { PairingResponse } from '../../../protocol/api.ts';
import { PlugpactError } from '../../../protocol/errors.ts';
import type { Handover } from '../../../protocol/handover.ts';
import type { ListingStruct } from '../../../protocol/listing.ts';
import type { Wallet } from '../accounts/wallet.ts';
import { useSetting } from '../app/MarketProvider.tsx';
import { Failure } from '../app/Failure.tsx';
import { ForEver, useForEverRead } from '../app/PublicForever.tsx';
import { useAction } from '../app/hooks.ts';
import { Steps, useSteps } from '../app/Steps.tsx';
import { duration, power } from '../app/units.ts';
import { connectorWords, powerTypeWords } from '../map/chargerWords.ts';
import { defaultDraft, handoverOf, type ListingDraft, listingOf, type PlacedDraft } from './draft.ts';
import { changedListing, draftOf, toldAgain } from './edit.ts';
import { HoursGrid } from './HoursGrid.tsx';
import { PlacePicker } from './LocationPicker.tsx';
import { PrivateFields } from './PrivateFields.tsx';
import { keepPlace } from './storedLocation.ts';
import { PUBLISH_STEP, publish, update } from './publish.ts';

const PUBLIC_FACTS = [
  'your host account, prices and terms, weekly hours',
  'the coarse cell of the place; the exact place stays with you and your agent',
  'each session’s kWh and what it earned',
];

type Money = 'pricePerKwh' | 'pricePerHour' | 'flatFee' | 'overstayPerHour' | 'lateFee';

/** What the form is about: a connector that was paired, or a listing with what this browser kept of it. */
type Subject =
  | { kind: 'NEW'; pairing: PairingResponse }
  | { kind: 'EDIT'; listingId: Hex; current: ListingStruct; told: Handover | undefined };

interface Props {
  wallet: Wallet;
  subject: Subject;
  onDone: () => void;
  onCancel?: () => void;
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

/** What an edit does to those who booked, told before it is signed. */
function Editing() {
  return (
    <div>
      <Text fw={600}>Edit your listing</Text>
      <Text size="sm" c="dimmed">
        This publishes a new version. Open bookings keep their prices and terms; where you change the place,
        the way in or the contact, their drivers are told too.
      </Text>
    </div>
  );
}

/** Signs and publishes what the form says. */
function usePublishing({ wallet, subject, onDone }: Props, draft: ListingDraft, movesPlace: boolean) {
  const { config, ledger } = useSetting();
  const { steps, begin, progress, fail } = useSteps();
  const party = { wallet, ledger, config };
  const { decimals } = config.token;
  const action = useAction(async () => {
    const send = subject.kind === 'NEW' ? list(subject) : edit(subject);
    begin([PUBLISH_STEP]);
    await send().catch((caught) => {
      fail();
      throw caught;
    });
    onDone();
  });
  // What drivers are told is kept first: the agent can take it only once it has seen the listing on the ledger.
  const list = ({ pairing }: Subject & { kind: 'NEW' }) => {
    requirePlace(draft);
    const told = handoverOf(pairing.listingId, draft);
    const listing = listingOf(draft, pairing, wallet.address, decimals, told);
    keepPlace(told);
    return () => publish(party, listing, pairing, progress);
  };
  const edit = ({ listingId, current, told: before }: Subject & { kind: 'EDIT' }) => {
    if (movesPlace) requirePlace(draft);
    const told = movesPlace ? toldAgain(listingId, draft as PlacedDraft, before) : undefined;
    const next = changedListing(current, draft, told, decimals);
    if (told !== undefined && told !== before) keepPlace(told, before);
    return () => update(party, listingId, { current, next }, progress);
  };
  return { ...action, steps };
}

/** Choices of minutes, with the present one where it is none of the usual. */
const minutesWith = (usual: number[], now: number): number[] =>
  usual.includes(now) ? usual : [...usual, now].sort((a, b) => a - b);

/** Price, hours and place, with defaults that most hosts can leave; or a listing's own. */
export function ListingForm(props: Props) {
  const { subject, onCancel } = props;
  const { config } = useSetting();
  const [draft, setDraft] = useState(() =>
    subject.kind === 'NEW' ? defaultDraft() : draftOf(subject.current, subject.told, config.token.decimals),
  );
  const [more, setMore] = useState(false);
  const knowsPlace = subject.kind === 'NEW' || subject.told !== undefined;
  const [movesPlace, setMovesPlace] = useState(knowsPlace);
  const [read, setRead] = useForEverRead('host');
  const change = (part: Partial<ListingDraft>) => setDraft((old) => ({ ...old, ...part }));
  const { act, busy, error, steps } = usePublishing(props, draft, movesPlace);
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
      <Stack {...(subject.kind === 'NEW' ? { className: 'pp-card' } : {})} gap="md">
        {subject.kind === 'NEW' ? <Found pairing={subject.pairing} /> : <Editing />}
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
              data={minutesWith([0, 15, 60, 180, 1440], draft.cancelUntilMin).map((min) => ({
                value: String(min),
                label: min === 0 ? 'the start' : `${duration(min * 60)} before`,
              }))}
            />
            <NativeSelect
              label="Time to unplug"
              value={draft.lateStopMin}
              onChange={(event) => change({ lateStopMin: Number(event.currentTarget.value) })}
              data={minutesWith([0, 5, 15, 30], draft.lateStopMin).map((min) => ({
                value: String(min),
                label: duration(min * 60),
              }))}
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
        {knowsPlace ? null : (
          <Switch
            label="Change place, way in or contact"
            description="This browser does not have them: enter all three anew. Else they stay as your agent has them."
            checked={movesPlace}
            onChange={(event) => setMovesPlace(event.currentTarget.checked)}
          />
        )}
        {movesPlace ? (
          <>
            <PlacePicker draft={draft} onChange={change} />
            <PrivateFields draft={draft} onChange={change} />
          </>
        ) : null}
        <ForEver facts={PUBLIC_FACTS} read={read} onRead={setRead} />
        <Steps steps={steps} />
        <Failure error={error} title="Not published" />
        <Group grow>
          {onCancel === undefined ? null : (
            <Button variant="default" size="md" onClick={onCancel}>
              Leave it
            </Button>
          )}
          <Button
            type="submit"
            size="md"
            leftSection={<IconBroadcast size={18} />}
            loading={busy}
            disabled={!read}
          >
            {subject.kind === 'NEW' ? 'Sign and publish' : 'Sign the change'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
