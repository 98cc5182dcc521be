import type { OcmfRule } from '../../protocol/ocmf/refusal.ts';

/** The window of all cases, unix seconds: from 08:00 to 09:00 on 15 January 2027. */
export const WINDOW = { opens: 1_800_000_000, closes: 1_800_003_600 };

export const PREFIX = 'TAG:';

/** Payloads under one idTag, and what they prove in Wh, or the rule by which they are refused. */
export interface OcmfCase {
  name: string;
  expected: number | OcmfRule;
  payloads: string[];
}

export type Reading = Record<string, unknown>;

export const at = (minute: number, rest = ',000+0000 S') =>
  `2027-01-15T08:${String(minute).padStart(2, '0')}:00${rest}`;

/** A reading by its letter, minute and register in kWh; `undefined` leaves a field out. */
export const reading = (TX: string, minute: number, RV: unknown, change: Reading = {}): Reading => ({
  ...{ TM: at(minute), TX, RV, RI: '1-0:1.8.0', RU: 'kWh', EF: '', ST: 'G' },
  ...change,
});

export const OMITTED = {
  TM: undefined,
  TX: undefined,
  RI: undefined,
  RU: undefined,
  EF: undefined,
  ST: undefined,
};

export const of = (name: string, expected: OcmfCase['expected'], ...payloads: string[]): OcmfCase => ({
  name,
  expected,
  payloads,
});

export const begin = (change: Reading = {}): Reading => reading('B', 1, 1, change);
export const end = (change: Reading = {}): Reading => reading('E', 59, 10, change);

/** Makes the payload of a record, page 7 under the idTag, from its readings. */
export type MakePayload = (RD: unknown, change?: Reading) => string;

/** Begin, what is between, and end. */
export const between = (text: MakePayload, ...readings: Reading[]): string =>
  text([begin(), ...readings, end()]);
