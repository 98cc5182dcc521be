/** Configuration keys of OCPP 1.6 section 9 and of the application note on signed values that this wallbox supports. */
interface Setting {
  value: string;
  readonly: boolean;
}

export type ConfigurationStatus = 'Accepted' | 'Rejected' | 'NotSupported';

const INTEGER = /^\d{1,6}$/;
const NUMERIC = new Set<string>([
  'MeterValueSampleInterval',
  'ClockAlignedDataInterval',
  'HeartbeatInterval',
  'ConnectionTimeOut',
]);

export class Settings {
  readonly #settings: Map<string, Setting>;

  constructor(publicKeyHex: string, connectorCount: number) {
    const writable = {
      MeterValueSampleInterval: '30',
      MeterValuesSampledData: 'Energy.Active.Import.Register',
      StopTxnSampledData: '',
      ClockAlignedDataInterval: '0',
      HeartbeatInterval: '300',
      ConnectionTimeOut: '120',
      AuthorizeRemoteTxRequests: 'false',
      // It authorizes no tag by itself, even while it is offline: these are the defaults.
      AllowOfflineTxForUnknownId: 'false',
      LocalAuthorizeOffline: 'false',
      LocalPreAuthorize: 'false',
      LocalAuthListEnabled: 'false',
      AuthorizationCacheEnabled: 'false',
      StopTransactionOnInvalidId: 'true',
      StopTransactionOnEVSideDisconnect: 'true',
      SampledDataSignReadings: 'true',
      SampledDataSignStartedReadings: 'true',
      PublicKeyWithSignedMeterValue: 'OncePerTransaction',
    };
    const numbers = Array.from({ length: connectorCount }, (_unused, index) => index + 1);
    const fixed = {
      NumberOfConnectors: String(connectorCount),
      ...Object.fromEntries(numbers.map((id) => [`MeterPublicKey${id}`, publicKeyHex])),
    };
    this.#settings = new Map<string, Setting>([
      ...Object.entries(writable).map(([key, value]) => [key, { value, readonly: false }] as const),
      ...Object.entries(fixed).map(([key, value]) => [key, { value, readonly: true }] as const),
    ]);
  }

  text(key: string): string {
    return this.#settings.get(key)?.value ?? '';
  }

  seconds(key: string): number {
    return Number(this.text(key));
  }

  isOn(key: string): boolean {
    return this.text(key).toLowerCase() === 'true';
  }

  change(key: string, value: string): ConfigurationStatus {
    const setting = this.#settings.get(key);
    if (setting === undefined) return 'NotSupported';
    if (setting.readonly || (NUMERIC.has(key) && !INTEGER.test(value))) return 'Rejected';
    setting.value = value;
    return 'Accepted';
  }

  /** Answer to GetConfiguration; no keys means all. */
  read(keys: readonly string[] | undefined) {
    const asked = keys === undefined || keys.length === 0 ? [...this.#settings.keys()] : keys;
    return {
      configurationKey: asked.flatMap((key) => {
        const setting = this.#settings.get(key);
        return setting === undefined ? [] : [{ key, ...setting }];
      }),
      unknownKey: asked.filter((key) => !this.#settings.has(key)),
    };
  }
}
