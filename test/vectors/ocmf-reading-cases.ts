import {
  at,
  begin,
  between,
  end,
  type MakePayload,
  type OcmfCase,
  OMITTED,
  of,
  reading,
} from './ocmf-readings.ts';

export function leftOut(text: MakePayload): OcmfCase[] {
  const later = ['TM', 'RI', 'RU', 'EF', 'ST'];
  return [
    ...later.map((key) =>
      of(`${key} left out at the end`, 9_000, text([begin(), end({ [key]: undefined })])),
    ),
    of('all but TX and RV left out at the end', 9_000, text([begin(), end({ ...OMITTED, TX: 'E' })])),
    of('TX left out: it begins again', 'sequence', text([begin(), end({ TX: undefined })])),
    of(
      'TX left out of a reading of another register',
      9_000,
      text([begin(), begin({ TX: undefined, RI: '1-0:2.8.0' }), end()]),
    ),
    of(
      'RI left out after another register: it is that one',
      'pair',
      text([begin(), begin({ RI: '1-0:2.8.0' }), end({ RI: undefined })]),
    ),
    of('an EF never said is empty', 9_000, text([begin({ EF: undefined }), end({ EF: undefined })])),
    of(
      'an energy error is still there where EF is left out',
      'EF',
      text([begin(), reading('C', 5, 2, { EF: 'E' }), end({ EF: undefined })]),
    ),
    of(
      'a time error is still there where EF is left out',
      9_000,
      text([begin({ EF: 't', TM: at(1, ',000+0900 S') }), end({ EF: undefined, TM: undefined })]),
    ),
    of('an ST never said', 'ST', text([begin({ ST: undefined }), end({ ST: undefined })])),
    of('an RU never said', 'RU', text([begin({ RU: undefined }), end({ RU: undefined })])),
    of('an RI never said', 'pair', text([begin({ RI: undefined }), end({ RI: undefined })])),
    of('a TM never said', 'TM', text([begin({ TM: undefined }), end({ TM: undefined })])),
    of('RV left out', 'RV', text([begin(), end({ RV: undefined })])),
    of(
      'a loss is not taken from the reading before',
      9_000,
      text([reading('C', 0, 1, { CL: 1 }), begin(), end()]),
    ),
    of(
      'readings do not go from one record to the next',
      'RI',
      text([begin()]),
      text([end({ RI: undefined })], { PG: 'T8' }),
    ),
  ];
}

export function times(text: MakePayload): OcmfCase[] {
  const begun = (TM: unknown, expected: OcmfCase['expected'], name = `begun at ${TM}`) =>
    of(name, expected, text([begin({ TM }), end()]));
  return [
    begun('2027-01-15T07:55:00,000+0000 S', 9_000, 'five minutes before the booking opens'),
    begun('2027-01-15T07:54:59,999+0000 S', 'TM', 'a second earlier'),
    of('five minutes after it closes', 9_000, text([begin(), end({ TM: '2027-01-15T09:05:00,000+0000 S' })])),
    of('a second later', 'TM', text([begin(), end({ TM: '2027-01-15T09:05:01,000+0000 S' })])),
    begun('2027-01-15T13:46:00,000+0545 S', 9_000, 'an offset of quarter hours'),
    begun('2027-01-14T23:01:00,000-0900 S', 9_000, 'an offset to the west'),
    begun('2027-01-15T08:01:00,000+0100 S', 'TM', 'local time as if it were another'),
    begun('2027-01-15T08:01:00+0000 S', 9_000, 'without milliseconds'),
    begun('2027-01-15T07:01:00+0000 S', 'TM', 'without milliseconds, an hour too early'),
    begun('1970-01-01T00:00:00+0000 U', 9_000, 'without milliseconds, a clock that is not set'),
    ...[
      '2027-01-15T08:01:00,00+0000 S',
      '2027-01-15T08:01:00Z S',
      '2027-01-15T08:01:00,000+0000',
      '2027-01-15T08:01:00,000+0000S',
    ].map((TM) => begun(TM, 'TM')),
    ...['R', 'U', 'I'].map((letter) => begun(`1970-01-01T00:00:05,000+0000 ${letter}`, 9_000)),
    begun('1970-01-01T00:00:05,000+0000 S', 'TM'),
    begun('1970-01-01T00:59:00,000+0100 S', 'TM', 'before 1970 by its offset'),
    begun('1969-12-31T23:59:00,000-9900 S', 'TM'),
    begun('2027-01-15T08:01:00,000+0000 X', 'TM'),
    begun('', 'TM', 'a time that is empty'),
    begun(5, 'TM', 'a time that is a number'),
    of(
      'a time error, and a time of another day',
      9_000,
      text([begin({ EF: 't', TM: '2020-01-01T00:00:00,000+0000 S' }), end()]),
    ),
    of('a time error, and no time at all', 9_000, text([begin({ EF: 't', TM: 'unknown' }), end()])),
    of(
      'a time of another day between',
      9_000,
      text([begin(), reading('C', 5, 2, { TM: '2020-01-01T00:00:00,000+0000 S' }), end()]),
    ),
    of('February 31st is March 3rd', 'TM', text([begin({ TM: '2027-02-31T08:01:00,000+0000 S' }), end()])),
  ];
}

export function faults(text: MakePayload): OcmfCase[] {
  const errors = ['E', 'Et', 'tE', 'T', 'tt', ' ', ' t'];
  return [
    ...errors.map((EF) => of(`EF ${JSON.stringify(EF)} at the end`, 'EF', text([begin(), end({ EF })]))),
    ...errors.map((EF) =>
      of(`EF ${JSON.stringify(EF)} at the begin`, 'EF', text([begin({ EF }), end({ EF: '' })])),
    ),
    of('EF t at both', 9_000, text([begin({ EF: 't' }), end({ EF: 't' })])),
    ...['E', 'N', 'T', 'D', 'X', '', 'g', 'GG', ' G'].map((ST) =>
      of(`ST ${JSON.stringify(ST)} at the end`, 'ST', text([begin(), end({ ST })])),
    ),
    ...['C', 'S', 'T'].flatMap((TX) => [
      of(`${TX} between, good`, 9_000, between(text, reading(TX, 5, 2))),
      of(`${TX} between, with an energy error`, 'EF', between(text, reading(TX, 5, 2, { EF: 'E' }))),
      of(`${TX} between, with a time error`, 9_000, between(text, reading(TX, 5, 2, { EF: 't' }))),
      of(`${TX} between, of a meter that is not good`, 'ST', between(text, reading(TX, 5, 2, { ST: 'X' }))),
      of(`${TX} between, with a loss`, 'CL', between(text, reading(TX, 5, 2, { CL: 0.1 }))),
      of(
        `${TX} between, its register not readable`,
        9_000,
        between(text, reading(TX, 5, 'unknown', { RU: 'sec' })),
      ),
    ]),
    of('X between: the meter failed', 'TX', between(text, reading('X', 5, 2))),
    of('X between, with a time error alone', 9_000, between(text, reading('X', 5, 2, { EF: 't' }))),
    of('X between, with an energy error', 'EF', between(text, reading('X', 5, 2, { EF: 'E' }))),
    of('X before the begin', 9_000, text([reading('X', 0, 1), begin(), end()])),
    of('an energy error before the begin', 9_000, text([reading('C', 0, 1, { EF: 'E' }), begin(), end()])),
    of('an energy error after the end', 9_000, text([begin(), end(), reading('C', 59, 10, { EF: 'E' })])),
    of(
      'an energy error of another register between',
      9_000,
      between(text, reading('C', 5, 2, { RI: '1-0:2.8.0', EF: 'E' })),
    ),
    of(
      'an energy error behind the begin of a record without an end',
      'EF',
      text([begin(), reading('C', 5, 2, { EF: 'E' })]),
      text([end()], { PG: 'T8' }),
    ),
    of(
      'an energy error before the end of a record without a begin',
      'EF',
      text([begin()]),
      text([reading('C', 5, 2, { EF: 'E' }), end()], { PG: 'T8' }),
    ),
    of('no loss compensation', 9_000, text([begin({ CL: 0 }), end({ CL: '0.0' })])),
    of('loss compensation', 'CL', text([begin({ CL: 0 }), end({ CL: 0.1 })])),
    of('loss compensation that cannot be read', 'CL', text([begin(), end({ CL: '-0' })])),
  ];
}

export function registers(text: MakePayload): OcmfCase[] {
  const counting = [
    '1.8.0',
    '01-00:01.08.00.FF',
    '1-0:1.8.0*198',
    '1-0:B0.8.0',
    '1-b:B1.8.0',
    '1-b:1.8.e',
    '1-0:1.8.1',
    '1-0:1.8.9',
    '1-0:1.8.1*255',
    '1-0:1.8.0*0198',
  ];
  const others = [
    '1-0:2.8.0',
    '1-0:98.8.0.FF',
    '1-0:B2.8.0',
    '1-0:B3.8.0',
    '1-0:1.7.0',
    '1-0:1.8',
    '1-0:11.8.0',
    '1-b:1.8.f',
    '1-0:1.8.10',
    '1-0:1.8.0*1.2',
    '',
    `1-0:1.8.0*${'F'.repeat(22)}`,
  ];
  return [
    ...counting.map((RI) => of(`register ${RI}`, 9_000, text([begin({ RI }), end({ RI })]))),
    ...others.map((RI) =>
      of(`no register of imported energy: ${JSON.stringify(RI)}`, 'pair', text([begin({ RI }), end({ RI })])),
    ),
    ...['E', 'L', 'R', 'A', 'P'].map((TX) => of(`ended by ${TX}`, 9_000, text([begin(), end({ TX })]))),
    ...['C', 'X', 'S', 'T', 'b', 'BE', ''].map((TX) =>
      of(`ended by ${JSON.stringify(TX)}`, TX === 'X' ? 'TX' : 'pair', text([begin(), end({ TX })])),
    ),
    of('Wh and kWh in one record', 9_000, text([begin(), end({ RU: 'Wh', RV: 10_000 })])),
    ...['sec', 'wh', 'MWh', ''].map((RU) =>
      of(`unit ${JSON.stringify(RU)}`, 'RU', text([begin(), end({ RU })])),
    ),
    ...['1e1', '-5', '+5', '5.', '.5', '5 ', ' ', '1,5', '0x5', '1234567890123456', '10.0000000001'].map(
      (RV) => of(`value ${JSON.stringify(RV)}`, 'RV', text([begin(), end({ RV })])),
    ),
    of('a value that spaces pad', 9_000, text([begin(), end({ RV: '    10.000' })])),
    of('a value that zeros pad', 9_000, text([begin(), end({ RV: '00010.0000000000000' })])),
    of('rounded down', 9_001, text([begin({ RV: 1.0009 }), end({ RV: 10.0027 })])),
    of('nothing charged', 0, text([begin(), end({ RV: 1 })])),
    of('an end below its begin', 'register', text([begin(), end({ RV: 0.999999999 })])),
    of(
      'the first register counts',
      9_000,
      text([begin(), begin({ RI: '1-0:B0.8.0', RV: 50 }), end(), end({ RI: '1-0:B0.8.0', RV: 90 })]),
    ),
    of('begun twice', 'sequence', text([begin(), begin(), end()])),
    of('ended twice', 'sequence', text([begin(), end(), end()])),
    of('ended before it began', 'sequence', text([end(), begin()])),
    of('begun again behind the end', 'sequence', text([begin(), end(), begin()])),
  ];
}
