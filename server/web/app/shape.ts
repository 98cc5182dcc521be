/** Checks of stored values by hand: the library that checks the API's values is too large for the first load. */
export type Check = (value: unknown) => boolean;

const HEX = /^0x(?:[0-9a-fA-F]{2})*$/;

/** 0x-hex, of a number of bytes where it is given. */
export const isHex =
  (bytes?: number): Check =>
  (value) =>
    typeof value === 'string' && HEX.test(value) && (bytes === undefined || value.length === 2 + 2 * bytes);

export const isText: Check = (value) => typeof value === 'string';
export const isFlag: Check = (value) => typeof value === 'boolean';
export const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
/** Token units, or a packed word. */
export const isUnits: Check = (value) => typeof value === 'bigint' && value >= 0n;
export const isUnitsText: Check = (value) => typeof value === 'string' && /^\d{1,78}$/.test(value);

/** An object that has these fields, and of the others only valid ones; fields that nobody names are left alone. */
export const isObject =
  (fields: Record<string, Check>, others: Record<string, Check> = {}): Check =>
  (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const of = value as Record<string, unknown>;
    const isGood = ([name, check]: [string, Check]) => check(of[name]);
    return (
      Object.entries(fields).every(isGood) &&
      Object.entries(others).every(([name, check]) => of[name] === undefined || check(of[name]))
    );
  };

export const isListOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

export const isOneOf =
  (...checks: readonly Check[]): Check =>
  (value) =>
    checks.some((check) => check(value));

export const isExactly =
  (expected: unknown): Check =>
  (value) =>
    value === expected;
