export const AT = '2026-01-01T00:00:00Z';
export const REGISTER = {
  value: '1000040',
  measurand: 'Energy.Active.Import.Register',
  unit: 'Wh',
  context: 'Trigger',
};
export const METERED = [{ timestamp: AT, sampledValue: [REGISTER] }];
export type Node = Record<string, unknown>;

/** Sound calls of 1.6, each with what it may leave out. */
export const CALLS: [action: string, payload: Node, optional: string[]][] = [
  [
    'BootNotification',
    { chargePointVendor: 'V', chargePointModel: 'M' },
    ['iccid', 'imsi', 'firmwareVersion'],
  ],
  ['Authorize', { idTag: 'CARD' }, []],
  ['StatusNotification', { connectorId: 1, status: 'Charging', errorCode: 'NoError' }, ['info', 'timestamp']],
  [
    'StartTransaction',
    { connectorId: 1, idTag: 'CARD', meterStart: 1_000_000, timestamp: AT },
    ['reservationId'],
  ],
  ['MeterValues', { connectorId: 1, transactionId: 7, meterValue: METERED }, []],
  [
    'StopTransaction',
    { transactionId: 7, meterStop: 1_000_060, timestamp: AT, reason: 'Local', transactionData: METERED },
    ['idTag'],
  ],
];

export const copy = <T>(value: T): T => structuredClone(value);
export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** All objects of a payload, and all lists of one. */
export function nodesOf(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(nodesOf);
  return isNode(value) ? [value, ...Object.values(value).flatMap(nodesOf)] : [];
}

export type Damage = (payload: Node, optional: string[], pick: number) => void;

/** What a charge point gets wrong without anybody being in doubt about what it means. */
export const HARMLESS: Record<string, Damage> = {
  'a property that nobody knows': (payload, _optional, pick) => {
    const nodes = nodesOf(payload);
    const node = nodes[pick % nodes.length];
    if (node !== undefined) node[`vendor${pick}`] = [null, { pick }, 'x'][pick % 3];
  },
  'null for what is missing': (payload, optional, pick) => {
    const key = optional[pick % (optional.length || 1)];
    if (key !== undefined) payload[key] = null;
  },
  'one object for a list of one': (payload, _optional, pick) => {
    const node = nodesOf(payload).filter((one) => Object.values(one).some(Array.isArray))[pick % 2];
    for (const [key, value] of Object.entries(node ?? {}))
      if (Array.isArray(value)) (node as Node)[key] = value[0];
  },
  'words in other letters': (payload, _optional, pick) => {
    const change = (word: unknown) =>
      pick % 2 ? String(word).toUpperCase() : ` ${String(word).toLowerCase()}`;
    for (const node of nodesOf(payload))
      for (const key of ['status', 'errorCode', 'reason', 'measurand', 'unit', 'context'])
        if (key in node) node[key] = change(node[key]);
  },
  'control bytes in descriptions': (payload) => {
    for (const key of ['chargePointVendor', 'chargePointModel'])
      if (key in payload) payload[key] = `\u0000${payload[key]}\u0007`;
  },
  'a number for a measured text': (payload) => {
    for (const node of nodesOf(payload)) if (typeof node.value === 'string') node.value = Number(node.value);
  },
};

/** Damage to a text, at a place between two tokens. */
export const TEXT_DAMAGE: Record<string, (text: string) => string> = {
  'a byte order mark': (text) => `\ufeff${text}`,
  'bytes of zero behind it': (text) => `${text}\u0000\u0000`,
  'control bytes between': (text) => text.replaceAll(',', '\u0001,\u0002'),
  'a comma before each end': (text) => text.replaceAll('}', ',}').replaceAll(']', ',]'),
  'a comma too many': (text) => text.replaceAll(',"', ',,"').replace(',,"', ',"').replace(',,"', ',"'),
};
