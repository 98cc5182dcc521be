import { Group, Text } from '@mantine/core';
import { IconShieldCheck, IconStarFilled } from '@tabler/icons-react';
import { memo } from 'react';
import type { QuoteJson } from '../../../protocol/map-api.ts';
import { hrefOf } from '../app/route.ts';
import { distance, duration, energy, power, stars, timeOf, whenOf } from '../app/units.ts';
import { useMoney } from '../app/useMoney.ts';
import { t } from '../app/words.ts';
import { connectorWords } from './chargerWords.ts';
import type { Row } from './find.ts';
import { StatusLine } from './StatusLine.tsx';
import { useRating } from './useRating.ts';

/** A start within this time is now. */
const SOON_SEC = 120;

/** When the charge would be done: that is what a driver plans with. */
function finishWords(quote: QuoteJson, chargingSec: number, nowSec: number): string {
  const takes = duration(chargingSec);
  return quote.startsAt <= nowSec + SOON_SEC
    ? t('map.row.done', { time: whenOf(quote.finishesAt, nowSec), takes })
    : t('map.row.later', {
        start: whenOf(quote.startsAt, nowSec),
        end: timeOf(quote.finishesAt),
        takes,
      });
}

function Rating({ row }: { row: Row }) {
  const rating = useRating(row.charger.listingId);
  if (!rating || rating.averageHundredths === null) return <span>{t('map.row.unrated')}</span>;
  const average = stars(rating.averageHundredths);
  return (
    <span>
      <IconStarFilled size={14} aria-hidden className="pp-inline" />{' '}
      {t('map.row.rating', { average, count: rating.independentPayers })}
    </span>
  );
}

/** What can be proved of a charge there. */
function Assurance({ level }: { level: QuoteJson['assuranceLevel'] }) {
  return (
    <span>
      <IconShieldCheck size={15} aria-hidden className="pp-inline" /> {t(`map.assurance.${level}`)}
    </span>
  );
}

interface Props {
  row: Row;
  nowSec: number;
  /** Whether it is known that no booking there holds the need. */
  isQuoted: boolean;
  isLit: boolean;
  onLit: (listingId: Row['charger']['listingId'] | undefined) => void;
}

/** An entry of the list, which is a link to the charger. */
export const ChargerRow = memo(function ChargerRow({ row, nowSec, isQuoted, isLit, onLit }: Props) {
  const money = useMoney();
  const { charger, quote, cost, energyWh, chargingSec, distanceM } = row;
  const { listingId } = charger;
  const own = money.own(cost);
  return (
    <li>
      <a
        className="pp-card pp-row"
        data-lit={isLit}
        href={hrefOf({ page: 'charger', listingId })}
        onPointerEnter={() => onLit(listingId)}
        onPointerLeave={() => onLit(undefined)}
        onFocus={() => onLit(listingId)}
        onBlur={() => onLit(undefined)}
      >
        <Group justify="space-between" align="flex-start" wrap="nowrap" gap="sm">
          <div>
            <StatusLine charger={charger} />
            <Text fw={600}>
              {connectorWords(charger.connectorStandard)} · {power(charger.maxPowerW)}
            </Text>
          </div>
          <div className="pp-rowtotal">
            <Text fw={700} size="lg">
              {money.short(cost)}
            </Text>
            {own === undefined ? null : (
              <Text size="sm" c="dimmed">
                {t('map.row.own', { own })}
              </Text>
            )}
            <Text size="xs" c="dimmed">
              {t('map.row.for', { energy: energy(energyWh, 0) })}
            </Text>
          </div>
        </Group>
        {quote === undefined && !isQuoted ? null : (
          <Text size="sm">{quote ? finishWords(quote, chargingSec, nowSec) : t('map.row.unfit')}</Text>
        )}
        <p className="pp-facts">
          {distanceM === undefined ? null : <span>{distance(distanceM)}</span>}
          <span>{t('map.row.perKwh', { price: money.short(BigInt(charger.pricePerKwh)) })}</span>
          {quote === undefined ? null : <Assurance level={quote.assuranceLevel} />}
          <Rating row={row} />
        </p>
      </a>
    </li>
  );
});
