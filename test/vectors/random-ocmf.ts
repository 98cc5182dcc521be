import fc from 'fast-check';
import { PREFIX } from './ocmf-readings.ts';

/** Mostly the usual value, so that a record has one or two oddities and not only odd fields. */
const mostly = <T>(usual: T, ...odd: unknown[]) =>
  fc.oneof(
    { weight: 5, arbitrary: fc.constant<unknown>(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
  );

const ABSENT = undefined;

const time = fc
  .record({
    minute: fc.integer({ min: 0, max: 59 }),
    hour: mostly('08', '07', '09', '23'),
    millis: mostly(',000', '', ',1', ',999'),
    offset: mostly('+0000', '-0000', '+0100', '+0545', '-1200', '00000', '+01:0'),
    sync: mostly('S', 'U', 'R', 'I', 'X', ''),
  })
  .map(({ minute, hour, millis, offset, sync }) => {
    const two = String(minute).padStart(2, '0');
    return `2027-01-15T${hour}:${two}:00${millis}${offset} ${sync}`;
  });

const value = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 40 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>('  7.5', '1e3', -1, '', [3], null, 3.0005, '10.0000000001'),
  },
);

/** A reading by its letter, with any of its fields odd or left out. */
const readingOf = (letter: string, likelyValue: fc.Arbitrary<unknown>) =>
  fc.record({
    TM: fc.oneof(
      { weight: 4, arbitrary: time as fc.Arbitrary<unknown> },
      { weight: 1, arbitrary: fc.constant(ABSENT) },
    ),
    TX: mostly(letter, 'B', 'E', 'L', 'C', 'X', '', 'BE', ABSENT, 5),
    RV: likelyValue,
    RI: mostly(
      '1-0:1.8.0',
      '1-0:2.8.0',
      '1-b:1.8.e',
      '1-0:1.8.1',
      '1-0:1.8.0*198',
      '1-0:B0.8.0',
      '',
      ABSENT,
      ['1-0:1.8.0'],
    ),
    RU: mostly('kWh', 'Wh', 'sec', ABSENT, 1),
    EF: mostly('', 't', 'E', 'Et', ' ', ABSENT, ['E'], null),
    ST: mostly('G', 'E', '', ABSENT, { G: 1 }),
    CL: mostly(ABSENT, 0, '0.0', 0.1, -1, []),
  });

const payload = (tag: string) =>
  fc
    .record({
      PG: fc.oneof(
        { weight: 9, arbitrary: fc.integer({ min: 1, max: 9 }).map((page): unknown => `T${page}`) },
        { weight: 1, arbitrary: fc.constantFrom<unknown>('F7', 'T', 7, ABSENT) },
      ),
      ID: mostly(tag, PREFIX + tag, '', ABSENT, ['x']),
      begin: fc.option(readingOf('B', fc.integer({ min: 0, max: 9 })), { freq: 6 }),
      between: fc.array(readingOf('C', value), { maxLength: 2 }),
      end: fc.option(readingOf('E', fc.integer({ min: 9, max: 40 })), { freq: 6 }),
      gap: mostly('', ' ', '  ', '\n'),
    })
    .map(({ PG, ID, begin, between, end, gap }) => {
      const RD = [begin, ...between, end].filter((entry) => entry !== null);
      return JSON.stringify({ GI: 'Zähler', PG, ID, RD }).replace(',"PG"', `,${gap}"PG"`);
    });

/** One byte taken out, doubled, or replaced: most such texts are malformed, and some are others that are read. */
const damaged = (texts: fc.Arbitrary<string>) =>
  fc
    .tuple(texts, fc.nat(), fc.constantFrom('', '"', '\\', '[', '}', ',', ':', '0', 'E', ' '))
    .map(([text, at, char]) => {
      const place = at % Math.max(1, text.length);
      return text.slice(0, place) + char + text.slice(place + 1);
    });

/** Payloads of one to three records, under this idTag or another. */
export const randomPayloads = (tag: string): fc.Arbitrary<string[]> =>
  fc.array(
    fc.oneof({ weight: 5, arbitrary: payload(tag) }, { weight: 1, arbitrary: damaged(payload(tag)) }),
    {
      minLength: 1,
      maxLength: 3,
    },
  );
