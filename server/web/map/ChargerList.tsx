import { Alert, Anchor, Button, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useDeferredValue, useState } from 'react';
import { Failure } from '../app/Failure.tsx';
import { useNow } from '../app/hooks.ts';
import { hrefOf } from '../app/route.ts';
import { rich, t } from '../app/words.ts';
import { ChargerRow } from './ChargerRow.tsx';
import { Chip } from './Chip.tsx';
import { FilterChips } from './FilterChips.tsx';
import { isFiltered, type Row, type Sort } from './find.ts';
import { HowItWorks } from './HowItWorks.tsx';
import { useMap } from './MapContext.tsx';
import { NeedForm } from './NeedForm.tsx';
import { type Found, useFound } from './useFound.ts';
import './list.css';

/** Entries that are drawn at first, and with each "more". */
const STEP = 20;
const SORTS: readonly Sort[] = ['cost', 'distance', 'finish'];

/** Nothing to list: because there is none at all, none here, or none that fits. */
function Empty({ everywhere }: { everywhere: Found['everywhere'] }) {
  const { filters, setFilters, goTo, chargers } = useMap();
  if (isFiltered(filters)) {
    return (
      <div className="pp-card">
        <Text fw={600}>{t('map.empty.filtered')}</Text>
        <Button variant="default" mt="sm" onClick={() => setFilters({})}>
          {t('map.filter.clear')}
        </Button>
      </div>
    );
  }
  if (everywhere !== undefined || chargers.truncated) {
    return (
      <div className="pp-card">
        <Text fw={600}>{t('map.empty.here')}</Text>
        {everywhere === undefined ? null : (
          <Button variant="default" mt="sm" onClick={() => goTo({ bounds: everywhere })}>
            {t('map.empty.showAll')}
          </Button>
        )}
      </div>
    );
  }
  return (
    <div className="pp-card">
      <Text fw={600}>{t('map.empty')}</Text>
      <Text size="sm" c="dimmed" mt={4}>
        {rich('map.empty.lend', {
          link: (words) => (
            <Anchor key="link" underline="always" href={hrefOf({ page: 'host' })}>
              {words}
            </Anchor>
          ),
        })}
      </Text>
    </div>
  );
}

function Loading() {
  return (
    <Stack gap="sm" aria-hidden>
      {['first', 'second', 'third'].map((key) => (
        <Skeleton key={key} height={132} radius={12} />
      ))}
    </Stack>
  );
}

/** What the page is for, and how many there are. */
function Head({ count }: { count: number }) {
  const { chargers } = useMap();
  const hits = chargers.truncated ? t('map.hits.more', { count }) : t('map.hits', { count });
  return (
    <div className="pp-listhead">
      <Title order={1} size="h3">
        {t('map.title')}
      </Title>
      <Text size="sm" c="dimmed" role="status">
        {chargers.loading ? t('map.loading') : hits}
      </Text>
    </div>
  );
}

/** The order of the list; by distance and time where these are known. */
function SortChip({ isQuoted }: { isQuoted: boolean }) {
  const { sort, setSort } = useMap();
  return (
    <Chip
      label={t('map.sort')}
      value={sort}
      isOn={sort !== 'cost'}
      onPick={(value) => setSort(SORTS.find((one) => one === value) ?? 'cost')}
    >
      {SORTS.map((value) => (
        <option key={value} value={value} disabled={value !== 'cost' && !isQuoted}>
          {t(`map.sort.${value}`)}
        </option>
      ))}
    </Chip>
  );
}

function Entries({ rows, isQuoted }: { rows: readonly Row[]; isQuoted: boolean }) {
  const { chargers, lit, setLit } = useMap();
  const nowSec = useNow(30_000);
  const [shown, setShown] = useState(STEP);
  const hasMore = rows.length > shown || chargers.truncated;
  const more = () => {
    if (rows.length <= shown + STEP) chargers.more();
    setShown(shown + STEP);
  };
  return (
    <>
      <Stack component="ul" className="pp-list" gap="sm" aria-label={t('map.list')}>
        {rows.slice(0, shown).map((row) => (
          <ChargerRow
            key={row.charger.listingId}
            {...{ row, nowSec, isQuoted }}
            isLit={lit === row.charger.listingId}
            onLit={setLit}
          />
        ))}
      </Stack>
      {hasMore && rows.length > 0 ? (
        <Button variant="default" onClick={more}>
          {t('map.more')}
        </Button>
      ) : null}
    </>
  );
}

/** The chargers in view, by the reader's need. Has the same content as the map. */
export function ChargerList() {
  const { chargers } = useMap();
  const found = useFound();
  // Entries are drawn between the frames of a map that moves, not in one of them.
  const listed = useDeferredValue(found.rows);
  const isDrawing = found.rows.length > 0 && listed.length === 0;
  const isEmpty = !chargers.loading && chargers.error === undefined && found.rows.length === 0;
  return (
    <Stack gap="sm">
      <Head count={found.rows.length} />
      <NeedForm />
      <FilterChips>
        <SortChip isQuoted={found.isQuoted} />
      </FilterChips>
      {chargers.error === undefined ? null : (
        <Failure error={chargers.error} onRetry={chargers.reload} title={t('map.failed')} />
      )}
      {chargers.stale === undefined || chargers.error !== undefined ? null : (
        <Alert color="yellow" icon={<IconInfoCircle size={18} />} p="xs">
          {t('map.interrupted')}
        </Alert>
      )}
      {chargers.loading || isDrawing ? <Loading /> : null}
      {isEmpty ? <Empty everywhere={found.everywhere} /> : null}
      <Entries rows={listed} isQuoted={found.isQuoted} />
      {chargers.truncated ? (
        <Text size="sm" c="dimmed">
          {t('map.truncated')}
        </Text>
      ) : null}
      <Text size="sm">{t('map.lead')}</Text>
      <HowItWorks />
      <Text size="xs" c="dimmed">
        {t('map.cells')}
      </Text>
    </Stack>
  );
}
