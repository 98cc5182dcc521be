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
import { fromTermsStruct } from '../../../protocol/terms.ts';
import type { Wallet } from '../accounts/wallet.ts';
import { Failure } from '../app/Failure.tsx';
import { useAction } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { PublicForever, usePublicForeverRead } from '../app/PublicForever.tsx';
import { type Progress, Steps, useSteps } from '../app/Steps.tsx';
import { duration, power } from '../app/units.ts';
import { t } from '../app/words.ts';
import { connectorWords, powerTypeWords } from '../map/chargerWords.ts';
import {
  defaultDraft,
  fieldsOf,
  handoverOf,
  type ListingDraft,
  type LocatedDraft,
  listingOf,
} from './draft.ts';
import { changedListing, draftOf, nextHandover } from './edit.ts';
import { HoursGrid } from './HoursGrid.tsx';
import { LocationPicker } from './LocationPicker.tsx';
import { PresetChoice } from './PresetChoice.tsx';
import { PrivateFields } from './PrivateFields.tsx';
import { PUBLISH_STEP, publish, update } from './publish.ts';
import { requireRanges } from './ranges.ts';
import { storeLocation } from './storedLocation.ts';

const PUBLIC_FACTS = [t('listing.fact.terms'), t('listing.fact.cell'), t('listing.fact.charges')];

type Money = 'pricePerKwh' | 'pricePerHour' | 'flatFee' | 'overstayPerHour' | 'noshowFee';

/** Subject of the form: a paired connector, or a listing with what this browser stores of it. */
type Subject =
  | { kind: 'NEW'; pairing: PairingResponse }
  | { kind: 'EDIT'; listingId: Hex; current: ListingStruct; handover: Handover | undefined };

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
        ; {t(offer.meterAlgorithm === 'none' ? 'listing.found.noSigns' : 'listing.found.signs')}
      </Text>
    </div>
  );
}

function requireLocation(draft: ListingDraft): asserts draft is LocatedDraft {
  if (draft.location !== undefined) return;
  throw new PlugpactError({
    code: 'listing.noLocation',
    rule: t('listing.noLocation'),
    remedy: t('listing.noLocation.remedy'),
  });
}

/** Explains the effect of an edit on open bookings, before it is signed. */
function Editing() {
  return (
    <div>
      <Text fw={600}>{t('listing.edit')}</Text>
      <Text size="sm" c="dimmed">
        {t('listing.edit.about')}
      </Text>
    </div>
  );
}

/** Signs and publishes the listing of the form. */
function usePublishing({ wallet, subject, onDone }: Props, draft: ListingDraft, changesLocation: boolean) {
  const { config, ledger } = useMarket();
  const { steps, run } = useSteps();
  const party = { wallet, ledger, config };
  const { decimals } = config.token;
  const action = useAction(async () => {
    const send = subject.kind === 'NEW' ? list(subject) : edit(subject);
    await run([PUBLISH_STEP], (_report, progress) => send(progress));
    onDone();
  });
  // The handover is stored first: the agent can accept it only once it has seen the listing on the ledger.
  const list = ({ pairing }: Subject & { kind: 'NEW' }) => {
    requireLocation(draft);
    const handover = handoverOf(pairing.listingId, draft);
    const listing = listingOf(draft, pairing, wallet.address, decimals, handover);
    requireRanges(fromTermsStruct(listing.terms), config);
    storeLocation(handover);
    return (progress: Progress) => publish(party, listing, pairing, progress);
  };
  const edit = ({ listingId, current, handover: before }: Subject & { kind: 'EDIT' }) => {
    if (changesLocation) requireLocation(draft);
    const handover = changesLocation ? nextHandover(listingId, draft as LocatedDraft, before) : undefined;
    const next = changedListing(current, draft, handover, decimals);
    requireRanges(fromTermsStruct(next.terms), config);
    if (handover !== undefined && handover !== before) storeLocation(handover, before);
    return (progress: Progress) => update(party, listingId, { current, next }, progress);
  };
  return { ...action, steps };
}

/** Choices of minutes, including the present value where it is not a usual one. */
const minutesWith = (usual: number[], now: number): number[] =>
  usual.includes(now) ? usual : [...usual, now].sort((a, b) => a - b);

/** Price, hours and location, with defaults for a new listing or the present values of an edited one. */
export function ListingForm(props: Props) {
  const { subject, onCancel } = props;
  const { config } = useMarket();
  const [draft, setDraft] = useState(() =>
    subject.kind === 'NEW'
      ? defaultDraft()
      : draftOf(subject.current, subject.handover, config.token.decimals),
  );
  const [more, setMore] = useState(false);
  const knowsLocation = subject.kind === 'NEW' || subject.handover !== undefined;
  const [changesLocation, setChangesLocation] = useState(knowsLocation);
  const [read, setRead] = usePublicForeverRead('host');
  const change = (part: Partial<ListingDraft>) => setDraft((old) => ({ ...old, ...part }));
  const { act, busy, error, steps } = usePublishing(props, draft, changesLocation);
  const price = (name: Money, unit: 'perKwh' | 'perHour' | 'perCharge' | 'perSlot') => (
    <TextInput
      label={t(`listing.form.price.${name}`)}
      inputMode="decimal"
      value={draft[name]}
      onChange={(event) => change({ [name]: event.currentTarget.value })}
      rightSection={
        <Text size="sm" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
          {config.token.symbol} {t(`listing.unit.${unit}`)}
        </Text>
      }
      rightSectionWidth={108}
      error={/^\d+(\.\d+)?$/.test(draft[name]) ? undefined : t('listing.form.number')}
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
        {price('pricePerKwh', 'perKwh')}
        <PresetChoice preset={draft.preset} onChange={(preset) => change(fieldsOf(preset))} />
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => setMore(!more)}
          aria-expanded={more}
          style={{ alignSelf: 'flex-start' }}
        >
          {t(more ? 'listing.form.fewer' : 'listing.form.more')}
        </Button>
        <Collapse expanded={more}>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            {price('pricePerHour', 'perHour')}
            {price('flatFee', 'perCharge')}
            {price('overstayPerHour', 'perHour')}
            {price('noshowFee', 'perSlot')}
            <NativeSelect
              label={t('listing.form.cancel')}
              value={draft.cancelUntilMin}
              onChange={(event) => change({ cancelUntilMin: Number(event.currentTarget.value) })}
              data={minutesWith([0, 60, 120, 720, 1440], draft.cancelUntilMin).map((min) => ({
                value: String(min),
                label:
                  min === 0
                    ? t('listing.form.cancel.start')
                    : t('listing.form.cancel.before', { time: duration(min * 60) }),
              }))}
            />
            <NativeSelect
              label={t('listing.form.unplug')}
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
            {t('listing.form.hours')}
          </Text>
          <HoursGrid
            mask={draft.hours.mask}
            onChange={(mask) => change({ hours: { ...draft.hours, mask } })}
          />
        </div>
        {knowsLocation ? null : (
          <Switch
            label={t('listing.form.change')}
            description={t('listing.form.change.about')}
            checked={changesLocation}
            onChange={(event) => setChangesLocation(event.currentTarget.checked)}
          />
        )}
        {changesLocation ? (
          <>
            <LocationPicker draft={draft} onChange={change} />
            <PrivateFields draft={draft} onChange={change} />
          </>
        ) : null}
        <PublicForever facts={PUBLIC_FACTS} read={read} onRead={setRead} />
        <Steps steps={steps} />
        <Failure error={error} steps={steps} title={t('listing.form.not')} />
        <Group grow>
          {onCancel === undefined ? null : (
            <Button variant="default" size="md" onClick={onCancel}>
              {t('listing.form.back')}
            </Button>
          )}
          <Button
            type="submit"
            size="md"
            leftSection={<IconBroadcast size={18} />}
            loading={busy}
            disabled={!read}
          >
            {t(subject.kind === 'NEW' ? 'listing.form.publish' : 'listing.form.sign')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
