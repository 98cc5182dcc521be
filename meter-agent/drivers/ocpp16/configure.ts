/** Asks of one call; a box that does not answer or answers with an error refuses. */
type Call = (action: string, params: object) => Promise<Record<string, unknown>>;

const SPKI_HEX = /^30[0-9a-f]{20,400}$/i;

/** What we would like a box to do, best first: some refuse a list for one unknown measurand. */
const WISHES = (
  sampleIntervalSec: number,
): readonly (readonly [key: string, values: readonly string[]])[] => [
  ['MeterValueSampleInterval', [String(sampleIntervalSec)]],
  [
    'MeterValuesSampledData',
    ['Energy.Active.Import.Register,Power.Active.Import', 'Energy.Active.Import.Register'],
  ],
  ['StopTransactionOnInvalidId', ['true']],
  ['SampledDataSignReadings', ['true']],
  ['SampledDataSignStartedReadings', ['true']],
  ['PublicKeyWithSignedMeterValue', ['OncePerTransaction']],
];

async function wish(call: Call, key: string, values: readonly string[]): Promise<boolean> {
  for (const value of values) {
    const answer = await call('ChangeConfiguration', { key, value }).catch(() => ({ status: 'Rejected' }));
    if (answer.status === 'Accepted' || answer.status === 'RebootRequired') return true;
  }
  return false;
}

/**
 * A public key as boxes tell it: hex, base64 of hex, or base64 of `oca:base16:asn1:<hex>` (OCA application note on
 * signed meter values 1.0). Lower-case hex of a DER SubjectPublicKeyInfo, or undefined.
 */
export function spkiHexOf(text: string): string | undefined {
  const plain = text.trim();
  const decoded = Buffer.from(plain, 'base64').toString('latin1');
  for (const candidate of [plain, decoded]) {
    const hex = candidate.split(':').at(-1) ?? '';
    if (SPKI_HEX.test(hex) && hex.length % 2 === 0) return hex.toLowerCase();
  }
  return undefined;
}

/**
 * Sets up a box's sampling after its boot and reads its meter keys. What it refuses is named and lived with: the
 * register at start and stop is enough to bill.
 */
export async function configure(
  call: Call,
  sampleIntervalSec: number,
): Promise<{ refused: string[]; meterKeys: [connectorId: number, spkiHex: string][] }> {
  const refused: string[] = [];
  for (const [key, values] of WISHES(sampleIntervalSec)) {
    if (!(await wish(call, key, values))) refused.push(key);
  }
  const answer = await call('GetConfiguration', { key: ['MeterPublicKey1', 'MeterPublicKey2'] }).catch(
    () => ({}),
  );
  const entries = ((answer as Record<string, unknown>).configurationKey ?? []) as {
    key: string;
    value?: string;
  }[];
  const meterKeys = entries.flatMap(({ key, value }): [number, string][] => {
    const spkiHex = spkiHexOf(value ?? '');
    const connectorId = Number(/^MeterPublicKey(\d)$/.exec(key)?.[1]);
    return spkiHex === undefined || !Number.isInteger(connectorId) ? [] : [[connectorId, spkiHex]];
  });
  return { refused, meterKeys };
}
