/** The error codes that a call of OCPP-J may be answered with. */
export const OCPP_ERRORS = [
  'NotImplemented',
  'NotSupported',
  'InternalError',
  'ProtocolError',
  'SecurityError',
  'FormationViolation',
  'PropertyConstraintViolation',
  'OccurrenceConstraintViolation',
  'TypeConstraintViolation',
  'GenericError',
  'RpcFrameworkError',
  'MessageTypeNotSupported',
];

/** Sound frames, each broken in a seeded way: cut, bytes changed, fields left out or of another type. */
export function malformedFrames(count: number): string[] {
  let seed = 20_261_122;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return (seed >>> 8) % below;
  };
  const sound = [
    ['StartTransaction', { connectorId: 1, idTag: 'X', meterStart: 0, timestamp: '2026-01-01T00:00:00Z' }],
    ['StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' }],
    [
      'MeterValues',
      { connectorId: 1, meterValue: [{ timestamp: '2026-01-01T00:00:00Z', sampledValue: [{ value: '1' }] }] },
    ],
    ['BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' }],
    ['NoSuchAction', {}],
  ] as const;
  const junk = [null, [], 'x', -1, 1e300, { a: 1 }, true];
  const breaks: ((id: string, action: string, payload: Record<string, unknown>) => string)[] = [
    (id, action, payload) => JSON.stringify([2, id, action, payload]).slice(0, 5 + random(20)),
    (id, action, payload) => JSON.stringify([random(9) + 5, id, action, payload]),
    (id, action) => JSON.stringify([2, id, action, junk[random(junk.length)]]),
    (id, action, payload) => JSON.stringify([2, id, action, { ...payload, surprise: 1 }]),
    (id, action, payload) => {
      const key = Object.keys(payload)[0] ?? 'a';
      return JSON.stringify([2, id, action, { ...payload, [key]: junk[random(junk.length)] }]);
    },
    (_id, action, payload) => JSON.stringify([2, random(5), action, payload]),
    () => JSON.stringify(junk[random(junk.length)]),
    (id) => JSON.stringify([2, id]),
  ];
  return Array.from({ length: count }, (_unused, index) => {
    const [action, payload] = sound[random(sound.length)] ?? sound[0];
    return (breaks[random(breaks.length)] ?? (() => 'x'))(`f${index}`, action, payload);
  });
}
