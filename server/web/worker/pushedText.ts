import type { WorkerBooking } from '../charging/workerStore.ts';

interface Pushed extends Pick<WorkerBooking, 'texts' | 'token'> {
  energyWh: number;
  /** Token units. */
  cost: bigint;
  isSigned: boolean;
}

/** `6.2 kWh · 1.55 · signed`. Money is cut, as everywhere in the page. */
export function pushedText({ texts, token, energyWh, cost, isSigned }: Pushed): string {
  const hundredths = (cost * 100n) / 10n ** BigInt(token.decimals);
  const number = (value: number, digits: number) =>
    new Intl.NumberFormat(texts.locale, {
      ...{ minimumFractionDigits: digits, maximumFractionDigits: digits },
    }).format(value);
  const energy = `${number(energyWh / 1_000, 1)}\u00a0kWh`;
  const text = isSigned ? texts.signed : texts.refused;
  return text.replace('{energy}', energy).replace('{cost}', number(Number(hundredths) / 100, 2));
}
