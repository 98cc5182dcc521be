import type { Address } from 'viem';

/** Token units with all digits of the token, so that columns line up. */
export function inTokens(units: bigint, decimals: number): string {
  const sign = units < 0n ? '-' : '';
  const digits = String(units < 0n ? -units : units).padStart(decimals + 1, '0');
  const point = digits.length - decimals;
  return sign + (decimals === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`);
}

/** Wh as kWh with all digits. */
export const inKwh = (wh: number | bigint): string => inTokens(BigInt(wh), 3);

/** A long hex value by its ends, for columns that are narrow. */
export const shortHex = (hex: string): string =>
  hex.length <= 14 ? hex : `${hex.slice(0, 8)}…${hex.slice(-4)}`;

/** An account in one spelling, whatever its source. */
export const lower = (address: Address): Address => address.toLowerCase() as Address;
