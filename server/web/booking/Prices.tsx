import { Table } from '@mantine/core';
import type { Tariff } from '../../../protocol/terms.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { exactMoney } from '../app/units.ts';
import { t } from '../app/words.ts';

/** The price components that are not zero, each with its unit (OCPI: ENERGY, TIME, PARKING_TIME, FLAT). */
export function Prices({ tariff }: { tariff: Tariff }) {
  const { config } = useMarket();
  const rows = [
    [t('booking.prices.energy'), tariff.pricePerKwh, 'booking.prices.perKwh'],
    [t('booking.prices.time'), tariff.pricePerHour, 'booking.prices.perHour'],
    [t('booking.prices.flat'), tariff.flatFee, 'booking.prices.perCharge'],
    [t('booking.prices.overstay'), tariff.overstayPerHour, 'booking.prices.perHour'],
  ] as const;
  return (
    <Table verticalSpacing={5} horizontalSpacing={0} withRowBorders={false}>
      <Table.Tbody>
        {rows
          .filter(([, units], index) => units > 0n || index === 0)
          .map(([name, units, unit]) => (
            <Table.Tr key={name}>
              <Table.Th fw={400}>{name}</Table.Th>
              <Table.Td ta="right" fw={600}>
                {t(unit, { amount: exactMoney(units, config.token) })}
              </Table.Td>
            </Table.Tr>
          ))}
      </Table.Tbody>
    </Table>
  );
}
