import { Table } from '@mantine/core';
import type { Tariff } from '../../../protocol/terms.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { exactMoney } from '../app/units.ts';

/** The price components that are not zero, each with its unit (OCPI: ENERGY, TIME, PARKING_TIME, FLAT). */
export function Prices({ tariff }: { tariff: Tariff }) {
  const { config } = useMarket();
  const rows = [
    ['Energy', tariff.pricePerKwh, 'per kWh'],
    ['Charging time', tariff.pricePerHour, 'per hour'],
    ['Flat fee', tariff.flatFee, 'per charge'],
    ['Overstay', tariff.overstayPerHour, 'per hour'],
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
                {exactMoney(units, config.token)} {unit}
              </Table.Td>
            </Table.Tr>
          ))}
      </Table.Tbody>
    </Table>
  );
}
