import { Text } from '@mantine/core';
import type { ReadingJson } from '../../../protocol/api.ts';
import { costRoundedDown } from '../../../protocol/cost.ts';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { duration, energy, moneyUnit, power } from '../app/units.ts';
import { t } from '../app/words.ts';
import type { StoredBooking } from '../booking/storedBookings.ts';
import './charging.css';
import { timeLeftSec } from './timeLeft.ts';

const RADIUS = 54;
const AROUND = 2 * Math.PI * RADIUS;

interface Props {
  stored: StoredBooking;
  reading: ReadingJson | undefined;
  /** As the agent reported last; 0 while nothing flows. */
  powerW: number;
  /** End of the booked time, unix seconds. */
  end: number;
  nowSec: number;
}

function Ring({ energyWh, needWh }: { energyWh: number; needWh: number }) {
  const part = needWh <= 0 ? 0 : Math.min(1, energyWh / needWh);
  const label = t('charging.ring', { energy: energy(energyWh), need: energy(needWh, 1) });
  return (
    <div className="pp-ring">
      <svg viewBox="0 0 120 120" role="img" aria-label={label}>
        <circle className="pp-ring-whole" cx="60" cy="60" r={RADIUS} />
        {part === 0 ? null : (
          <circle
            className="pp-ring-part"
            cx="60"
            cy="60"
            r={RADIUS}
            strokeDasharray={AROUND}
            strokeDashoffset={AROUND * (1 - part)}
          />
        )}
      </svg>
      <div className="pp-ring-in" aria-hidden>
        <span className="pp-ring-figure" data-energy-wh={energyWh}>
          {energy(energyWh)}
        </span>
        <Text size="sm" c="dimmed" component="span">
          {t('charging.ofNeed', { need: energy(needWh, 1) })}
        </Text>
      </div>
    </div>
  );
}

function Figure({ name, value, id }: { name: string; value: string; id?: string }) {
  return (
    <div data-figure={id}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** The charge at one glance: energy, money, power, and the time that is left. */
export function ChargeRing({ stored, reading, powerW, end, nowSec }: Props) {
  const { config } = useMarket();
  const { tariff } = fromTermsStruct(stored.booking.terms);
  const { cap } = stored.booking.money;
  const cost = reading === undefined ? 0n : costRoundedDown(tariff, reading, cap);
  const left = timeLeftSec({ ...stored, energyWh: reading?.energyWh ?? 0, powerW, end, nowSec });
  return (
    <>
      <Ring energyWh={reading?.energyWh ?? 0} needWh={stored.needWh} />
      <dl className="pp-figures">
        <Figure id="cost" name={t('charging.soFar')} value={moneyUnit(cost, config.token)} />
        <Figure name={t('charging.power')} value={power(powerW)} />
        <Figure name={t('charging.left')} value={left === undefined ? '–' : duration(left)} />
      </dl>
      <Text size="sm" c="dimmed" ta="center">
        {t('charging.atMost', { amount: moneyUnit(cap, config.token) })}
      </Text>
    </>
  );
}
