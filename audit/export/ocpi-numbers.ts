/** OCPI 2.2.1, types, number: 4 decimals. */
export const OCPI_DECIMALS = 4;

/**
 * A quotient that JSON writes with just these digits, rounded half up: money and energy never pass through a float.
 */
export function ocpiNumber(dividend: bigint, divisor: bigint): number {
  const scale = 10n ** BigInt(OCPI_DECIMALS);
  const scaled = (2n * dividend * scale + divisor) / (2n * divisor);
  const part = String(scaled % scale)
    .padStart(OCPI_DECIMALS, '0')
    .replace(/0+$/, '');
  const digits = `${scaled / scale}${part === '' ? '' : `.${part}`}`;
  // Typed by no library yet.
  return (JSON as unknown as { rawJSON: (digits: string) => number }).rawJSON(digits);
}

/** RFC 3339 in UTC, in whole seconds. */
export const ocpiTime = (sec: number): string => `${new Date(sec * 1_000).toISOString().slice(0, 19)}Z`;

/** Hours of so many seconds. */
export const ocpiHours = (sec: number): number => ocpiNumber(BigInt(sec), 3_600n);
