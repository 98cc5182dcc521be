import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { Frame } from '../../../meter-agent/drivers/charge-point-events.ts';
import type {
  Answer,
  ChargePointConnection,
  Driver,
  DriverParts,
  TransactionLimit,
} from '../../../meter-agent/drivers/driver.ts';

/** Every external input is checked. The device's messages, one JSON line each time something changes. */
const line = z.object({
  id: z.string().min(1).max(48),
  plugged: z.boolean(),
  /** Total imported energy; never restarts. */
  registerWh: z.int().min(0),
  powerW: z.number().min(0),
  /** What it gives at most now: the echo of its limit. */
  limitA: z.number().min(0),
});
type Line = z.infer<typeof line>;

interface Charge {
  transactionId: number;
}

interface Device {
  socket: Socket;
  said: Line;
  /** Called with every line, until it answers true. */
  watchers: ((said: Line) => boolean)[];
  /** Whom the next plug starts for. */
  waiting: { idTag: string; limit: TransactionLimit } | undefined;
  /** Settles when no limit waits for its echo. */
  turn: Promise<unknown>;
}

const ECHO_MS = 5_000;
const CONNECTOR = 1;
const ENERGY = 'Energy.Active.Import.Register';

/**
 * The smallest honest driver: a switched meter that connects over TCP and speaks JSON lines. It knows no tags and no
 * transactions, so the driver makes them: power is given only between a start of ours and its end. Copy it.
 */
export class Blueprint implements Driver {
  readonly #parts: DriverParts;
  readonly #server: Server;
  readonly #devices = new Map<string, Device>();

  constructor(parts: DriverParts) {
    this.#parts = parts;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    const devices = [...this.#devices.values()];
    // From here on the desk hears nothing more.
    this.#devices.clear();
    for (const { socket } of devices) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  connectionOf(id: string): ChargePointConnection | undefined {
    const device = this.#devices.get(id);
    if (device === undefined) return undefined;
    return {
      remoteStart: (_connectorId, idTag, limit) => this.#remoteStart(device, idTag, limit),
      remoteStop: (transactionId) => this.#remoteStop(device, transactionId),
      limitCurrent: (_connectorId, transactionId, limit) => this.#limitCurrent(device, transactionId, limit),
    };
  }

  /** Accepted is what the device will do: without a car it waits for one. */
  async #remoteStart(device: Device, idTag: string, limit: TransactionLimit): Promise<Answer> {
    if (this.#charge(device.said.id) !== undefined) return 'refused';
    device.waiting = { idTag, limit };
    if (device.said.plugged) this.#begin(device, device.said);
    return 'accepted';
  }

  async #remoteStop(device: Device, transactionId: number): Promise<Answer> {
    if (this.#charge(device.said.id)?.transactionId !== transactionId) return 'refused';
    const answer = await this.#limit(device, 0, 0);
    if (answer === 'accepted') this.#end(device.said, 'Remote');
    return answer;
  }

  async #limitCurrent(
    device: Device,
    transactionId: number,
    { limitA, endsAt }: TransactionLimit,
  ): Promise<Answer> {
    if (this.#charge(device.said.id)?.transactionId !== transactionId) return 'refused';
    return this.#limit(device, limitA, endsAt);
  }

  /** One limit after the other, because an echo names no request: one still to come would pass for the next one's. */
  #limit(device: Device, limitA: number, endsAt: number): Promise<Answer> {
    const answered = device.turn.then(() => this.#limitNow(device, limitA, endsAt));
    device.turn = answered;
    return answered;
  }

  /** The device itself switches off at the end: it must stop though the agent never speaks again. */
  #limitNow({ socket, watchers }: Device, limitA: number, endsAt: number): Promise<Answer> {
    const forSec = Math.max(0, endsAt - Math.floor(Date.now() / 1000));
    const wantedA = forSec > 0 ? limitA : 0;
    // Not what was sent counts, but what the device says that it does.
    const echoed = new Promise<Answer>((resolve) => {
      const giveUp = setTimeout(() => resolve('unreachable'), ECHO_MS);
      watchers.push((said) => {
        if (said.limitA !== wantedA) return false;
        clearTimeout(giveUp);
        resolve('accepted');
        return true;
      });
    });
    socket.write(`${JSON.stringify({ limitA: wantedA, forSec })}\n`);
    return echoed;
  }

  #accept(socket: Socket): void {
    let id: string | undefined;
    socket.on('error', () => socket.destroy());
    const lines = createInterface({ input: socket });
    // It passes the socket's errors on, and one that nobody hears ends the program.
    lines.on('error', () => {});
    lines.on('line', (text) => {
      try {
        const said = line.parse(JSON.parse(text));
        id ??= this.#admit(socket, said);
        if (id === said.id) this.#hear(id, said);
        else socket.destroy();
      } catch (error) {
        this.#parts.log.warn({ detail: String(error) }, 'a line that is none of the device');
      }
    });
    socket.once('close', () => {
      if (id === undefined || this.#devices.get(id)?.socket !== socket) return;
      this.#devices.delete(id);
      this.#parts.events.disconnected(id);
    });
  }

  #admit(socket: Socket, said: Line): string | undefined {
    const { events } = this.#parts;
    if (events.admits(said.id, undefined) !== 'admitted') return undefined;
    this.#devices.get(said.id)?.socket.destroy();
    this.#devices.set(said.id, { socket, said, watchers: [], waiting: undefined, turn: Promise.resolve() });
    events.connected(said.id);
    return said.id;
  }

  #hear(id: string, said: Line): void {
    const device = this.#devices.get(id);
    if (device === undefined) return;
    device.said = said;
    device.watchers = device.watchers.filter((watch) => !watch(said));
    const charge = this.#charge(id);
    if (charge !== undefined && said.plugged) this.#meter(said, charge);
    else if (charge !== undefined) this.#end(said, 'EVDisconnected');
    else if (said.plugged) this.#begin(device, said);
    const isCharging = this.#charge(id) !== undefined;
    const plugged = isCharging ? (said.limitA > 0 ? 'Charging' : 'SuspendedEVSE') : 'Preparing';
    const status = said.plugged ? plugged : 'Available';
    this.#parts.events.status(id, CONNECTOR, status, undefined, undefined);
  }

  #begin(device: Device, said: Line): void {
    const { waiting } = device;
    if (waiting === undefined) return;
    device.waiting = undefined;
    const { events, memory } = this.#parts;
    const { idTag, limit } = waiting;
    const timestamp = new Date().toISOString();
    const start = { connectorId: CONNECTOR, idTag, meterStart: said.registerWh, timestamp };
    const { transactionId, status } = events.start(said.id, start, frameOf(said));
    if (status !== 'Accepted') return;
    memory.setNote(noteOf(said.id), { transactionId });
    // On disk before power flows.
    void events.written().then(() => this.#limit(device, limit.limitA, limit.endsAt));
  }

  #meter(said: Line, { transactionId }: Charge): void {
    const energy = { value: String(said.registerWh), measurand: ENERGY, unit: 'Wh' };
    const power = { value: said.powerW.toFixed(0), measurand: 'Power.Active.Import', unit: 'W' };
    const values = [{ timestamp: new Date().toISOString(), sampledValue: [energy, power] }];
    this.#parts.events.metered(said.id, CONNECTOR, transactionId, values, frameOf(said));
  }

  #end(said: Line, reason: string): void {
    const { events, memory } = this.#parts;
    const charge = this.#charge(said.id);
    if (charge === undefined) return;
    const stop = { ...charge, meterStop: said.registerWh, timestamp: new Date().toISOString(), reason };
    events.stop(said.id, stop, frameOf(said));
    memory.setNote(noteOf(said.id), null);
  }

  /** In the journal, so that a restarted agent goes on with it. */
  #charge(id: string): Charge | undefined {
    return this.#parts.memory.note<Charge | null>(noteOf(id)) ?? undefined;
  }
}

const noteOf = (id: string): string => `blueprint.${id}`;

const frameOf = (said: Line): Frame => [2, '', 'Line', said];
