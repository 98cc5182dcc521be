import type { Logger } from 'pino';
import type {
  Answer,
  ConnectorStatus,
  Desk,
  Driver,
  Frame,
  MeterValue,
  Reservation,
  StartRequest,
  StopRequest,
  TransactionLimit,
} from '../driver.ts';
import { configure } from './configure.ts';
import type { Peer } from './peer.ts';
import { type OcppServer, startOcppServer } from './server.ts';

/** The highest stack level that every 1.6 box has; our profile is the only one of a transaction. */
const PROFILE = { chargingProfileId: 1, stackLevel: 0 };

/** When a box that dialled in is asked for its status: its boot comes first. */
const STATUS_AFTER_MS = 3_000;

export interface CentralOptions {
  host: string;
  port: number;
  /** How often a wallbox is asked to report its meter, in seconds. */
  sampleIntervalSec: number;
  heartbeatIntervalSec: number;
}

/** Central System for OCPP 1.6J: turns frames into calls of the desk, and wishes of the agent into frames. */
export class Ocpp16 implements Driver {
  readonly #options: CentralOptions;
  readonly #desk: Desk;
  readonly #log: Logger;
  readonly #boxes = new Map<string, Peer>();
  #server: OcppServer | undefined;

  constructor(options: CentralOptions, desk: Desk, log: Logger) {
    this.#options = options;
    this.#desk = desk;
    this.#log = log;
  }

  /** Returns the port that boxes dial. */
  async start(): Promise<number> {
    const admits = this.#desk.admits.bind(this.#desk);
    this.#server = await startOcppServer(this.#options, admits, this.#welcome.bind(this), this.#log);
    return this.#server.port;
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  async remoteStart(chargePointId: string, connectorId: number, idTag: string): Promise<Answer> {
    return this.#ask(chargePointId, 'RemoteStartTransaction', { connectorId, idTag });
  }

  async remoteStop(chargePointId: string, transactionId: number): Promise<Answer> {
    return this.#ask(chargePointId, 'RemoteStopTransaction', { transactionId });
  }

  async limitCurrent(
    chargePointId: string,
    connectorId: number,
    transactionId: number,
    { limitA, endsAt }: TransactionLimit,
  ): Promise<Answer> {
    const startSchedule = new Date();
    const endsInSec = Math.max(0, endsAt - Math.floor(startSchedule.getTime() / 1000));
    const periods = [{ startPeriod: 0, limit: limitA }];
    if (limitA > 0 && endsInSec > 0) periods.push({ startPeriod: endsInSec, limit: 0 });
    return this.#ask(chargePointId, 'SetChargingProfile', {
      connectorId,
      csChargingProfiles: {
        ...PROFILE,
        transactionId,
        chargingProfilePurpose: 'TxProfile',
        chargingProfileKind: 'Absolute',
        chargingSchedule: {
          startSchedule: startSchedule.toISOString(),
          chargingRateUnit: 'A',
          chargingSchedulePeriod: periods,
        },
      },
    });
  }

  async reserve(
    chargePointId: string,
    connectorId: number,
    { reservationId, idTag, expiresAt }: Reservation,
  ): Promise<Answer> {
    const expiryDate = new Date(expiresAt * 1000).toISOString();
    return this.#ask(chargePointId, 'ReserveNow', { connectorId, reservationId, idTag, expiryDate });
  }

  async cancelReservation(chargePointId: string, reservationId: number): Promise<Answer> {
    return this.#ask(chargePointId, 'CancelReservation', { reservationId });
  }

  async unlock(chargePointId: string, connectorId: number): Promise<Answer> {
    return this.#ask(chargePointId, 'UnlockConnector', { connectorId }, 'Unlocked');
  }

  async reset(chargePointId: string, isHard: boolean): Promise<Answer> {
    return this.#ask(chargePointId, 'Reset', { type: isHard ? 'Hard' : 'Soft' });
  }

  /** GetDiagnostics has no status in its answer: the name of a file is a yes. */
  async uploadDiagnostics(chargePointId: string, url: string): Promise<Answer> {
    return this.#ask(chargePointId, 'GetDiagnostics', { location: url }, undefined);
  }

  async updateFirmware(chargePointId: string, url: string, retrieveAt: number): Promise<Answer> {
    const retrieveDate = new Date(retrieveAt * 1000).toISOString();
    return this.#ask(chargePointId, 'UpdateFirmware', { location: url, retrieveDate }, undefined);
  }

  /** A status other than Accepted is a refusal, and so is the protocol's error; silence is neither. */
  async #ask(
    chargePointId: string,
    action: string,
    params: object,
    wanted: string | undefined = 'Accepted',
  ): Promise<Answer> {
    const box = this.#boxes.get(chargePointId);
    if (box === undefined) return 'unreachable';
    try {
      const { status } = (await box.call(action, params)) as { status?: string };
      this.#log.debug({ chargePointId, action, status }, 'asked');
      return status === wanted ? 'accepted' : 'refused';
    } catch (error) {
      const { rpcErrorCode } = error as { rpcErrorCode?: string };
      this.#log.info({ chargePointId, action, rpcErrorCode, detail: String(error) }, 'wallbox did not do it');
      return rpcErrorCode === undefined ? 'unreachable' : 'refused';
    }
  }

  #welcome(chargePointId: string, box: Peer): void {
    const before = this.#boxes.get(chargePointId);
    this.#boxes.set(chargePointId, box);
    // A box that dials again has lost the old line, also when we have not noticed yet.
    before?.close({ code: 1000, reason: 'The charge point connected again.', force: true });
    this.#desk.connected(chargePointId);
    box.on('badMessage', ({ error }) => {
      this.#log.warn({ chargePointId, detail: error.message }, 'malformed OCPP frame answered with an error');
    });
    box.on('strictValidationFailure', ({ method, error }) => {
      this.#log.warn(
        { chargePointId, action: method, detail: error.message },
        'OCPP frame against the schema',
      );
    });
    // A box that only dialled again does not say how its connectors stand; one that cannot be asked need not answer.
    const asking = setTimeout(() => {
      box.call('TriggerMessage', { requestedMessage: 'StatusNotification' }).catch(() => undefined);
    }, STATUS_AFTER_MS);
    box.once('close', () => {
      clearTimeout(asking);
      if (this.#boxes.get(chargePointId) !== box) return;
      this.#boxes.delete(chargePointId);
      this.#desk.disconnected(chargePointId);
    });
    for (const [action, handle] of Object.entries(this.#handlers(chargePointId, box))) {
      box.handle(action, async ({ messageId, params }) => {
        const answer = handle(params, [2, messageId, action, params]);
        await this.#desk.written();
        return answer;
      });
    }
  }

  #handlers(
    id: string,
    box: Peer,
  ): Record<string, (params: Record<string, unknown>, frame: Frame) => object> {
    const desk = this.#desk;
    return {
      BootNotification: ({
        chargePointVendor,
        chargePointModel,
        firmwareVersion,
        chargePointSerialNumber,
      }) => {
        desk.booted(id, {
          vendor: String(chargePointVendor),
          model: String(chargePointModel),
          firmware: firmwareVersion as string | undefined,
          serialNumber: chargePointSerialNumber as string | undefined,
        });
        // After the answer: a box may refuse anything before it was accepted.
        setImmediate(() => void this.#configure(id, box));
        const interval = this.#options.heartbeatIntervalSec;
        return { status: 'Accepted', currentTime: new Date().toISOString(), interval };
      },
      Heartbeat: () => ({ currentTime: new Date().toISOString() }),
      Authorize: ({ idTag }) => ({ idTagInfo: { status: desk.authorize(id, String(idTag)) } }),
      StatusNotification: ({ connectorId, status, errorCode, info }, frame) => {
        const fault =
          errorCode === 'NoError'
            ? undefined
            : { errorCode: String(errorCode), info: info as string | undefined };
        desk.status(id, Number(connectorId), status as ConnectorStatus, fault, frame);
        return {};
      },
      StartTransaction: (params, frame) => {
        const { transactionId, status } = desk.start(id, params as unknown as StartRequest, frame);
        return { transactionId, idTagInfo: { status } };
      },
      MeterValues: ({ connectorId, transactionId, meterValue }, frame) => {
        const of = transactionId as number | undefined;
        desk.metered(id, Number(connectorId), of, meterValue as MeterValue[], frame);
        return {};
      },
      StopTransaction: (params, frame) => {
        desk.stop(id, params as unknown as StopRequest, frame);
        return {};
      },
      DataTransfer: () => ({ status: 'UnknownVendorId' }),
      DiagnosticsStatusNotification: () => ({}),
      FirmwareStatusNotification: () => ({}),
    };
  }

  async #configure(chargePointId: string, box: Peer): Promise<void> {
    const call = (action: string, params: object) =>
      box.call(action, params) as Promise<Record<string, unknown>>;
    const { refused, meterKeys } = await configure(call, this.#options.sampleIntervalSec);
    if (refused.length > 0) this.#log.info({ chargePointId, refused }, 'the wallbox keeps its own settings');
    for (const [connectorId, spkiHex] of meterKeys)
      this.#desk.meterKeySeen(chargePointId, connectorId, spkiHex);
  }
}
