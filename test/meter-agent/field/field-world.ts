import type { ClientOptions } from 'ws';
import { WebSocket } from 'ws';
import type { Notice } from '../../../protocol/notices.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { agentFixture, TAG } from '../support/agent-fixture.ts';
import { readableLog } from '../support/readable-log.ts';
import type { Scope } from '../support/start-agent.ts';
import type { FieldCase, Step } from './field-case.ts';

type Frame = [type: number, id: string, ...rest: unknown[]];
type Call = [type: 2, id: string, action: string, params: Record<string, unknown>];

/** What a box answers that nothing in its case says otherwise. */
const ANSWERS: Record<string, object> = {
  GetConfiguration: { configurationKey: [], unknownKey: [] },
  GetVariables: { getVariableResult: [] },
  SetVariables: { setVariableResult: [] },
  TriggerMessage: { status: 'Accepted' },
};

/** A box made of a WebSocket that answers every call of the agent. */
export class FieldChargePoint {
  readonly calls: Call[] = [];
  readonly answers = new Map<string, Frame>();
  readonly answersTo: Record<string, object> = { ...ANSWERS };
  readonly #url: string;
  readonly #protocols: string[];
  #socket: WebSocket | undefined;
  onCall: (call: Call) => void = () => {};

  constructor(port: number, protocols: string[]) {
    this.#url = `ws://127.0.0.1:${port}/CP1`;
    this.#protocols = protocols;
  }

  async connect(options: ClientOptions = {}): Promise<void> {
    const socket = new WebSocket(this.#url, this.#protocols, options);
    this.#socket = socket;
    socket.on('message', (data) => this.#hear(socket, JSON.parse(String(data)) as Frame));
    socket.on('error', () => {});
    await new Promise((resolve, reject) => socket.once('open', resolve).once('close', reject));
  }

  /** Answers on the socket that asked: after a cut the next one may still be opening. */
  #hear(socket: WebSocket, frame: Frame): void {
    if (frame[0] !== 2) {
      this.answers.set(frame[1], frame);
      return;
    }
    const call = frame as Call;
    this.calls.push(call);
    const answer: Frame = [3, call[1], this.answersTo[call[2]] ?? { status: 'Accepted' }];
    socket.send(JSON.stringify(answer));
    this.onCall(call);
  }

  async say(text: string, id: string): Promise<Frame> {
    this.answers.delete(id);
    this.#socket?.send(text);
    return waitFor(`the answer to ${text.slice(0, 80)}`, () => this.answers.get(id));
  }

  drop(): void {
    this.#socket?.terminate();
  }

  count(action: string): number {
    return this.calls.filter(([, , called]) => called === action).length;
  }
}

/** An agent with a booking, the box of a case, and what was said. */
export async function fieldWorld(
  scope: Scope,
  options: Parameters<typeof agentFixture>[1] = {},
  protocol = 'ocpp1.6',
) {
  const { log, lines, said } = readableLog();
  const made = await agentFixture(scope, { log, ...options });
  await made.chargePoint.close();
  await waitFor('the connector to be free', () => !made.agent.connectors.isOnline('CP1'));
  const box = new FieldChargePoint(made.port, [protocol]);
  scope.onEnd(() => box.drop());
  await box.connect();
  const { agent, skip, nowSec, session } = made;
  const notices = () => lines.filter(({ msg }) => msg === 'notice') as unknown as Notice[];
  /** Seconds of the agent's clock, each with its tick. */
  const pass = (seconds: number) => {
    for (let left = seconds; left > 0; left -= 1) {
      skip(1);
      agent.sessions.tick(nowSec(), (_id, error) => {
        throw error;
      });
    }
  };
  const creditedWh = () => session().doneWh + (session().transaction?.register.creditedWh ?? 0);
  const deviations = () => lines.filter(({ msg }) => msg.includes('deviates from the schema'));
  return { ...made, box, lines, said, notices, pass, creditedWh, deviations };
}

export type World = Awaited<ReturnType<typeof fieldWorld>>;

/** Fills in what the words of a case stand for. */
function filled(value: unknown, world: World): unknown {
  const now = new Date(world.nowSec() * 1_000);
  const transactionId = firstId(world);
  return JSON.parse(JSON.stringify(value), (_key, inner) => {
    if (inner === 'TX') return transactionId;
    if (inner === 'NOW + 0.3 s') return new Date(now.getTime() + 300).toISOString();
    if (inner === 'NOW') return now.toISOString();
    return typeof inner === 'string' ? inner.replaceAll('TAG', TAG) : inner;
  });
}

/** The number that the agent gave to the first start: boxes go on with it. */
function firstId({ box }: World): unknown {
  const answers = [...box.answers.values()].map(
    ([, , result]) => (result as { transactionId?: number })?.transactionId,
  );
  return answers.find((id) => id !== undefined) ?? 0;
}

/** Plays a case's steps over the line; `each` sees the world behind every step. */
export async function replayFrames(
  { steps }: FieldCase,
  world: World,
  each: (step: Step) => Promise<void> | void = () => {},
): Promise<void> {
  for (const step of steps) {
    await playStep(step, world);
    await each(step);
  }
}

async function playStep(step: Step, world: World): Promise<void> {
  const { box } = world;
  const { from, frame, raw, wait_s: waitSec, note } = step;
  if (note?.startsWith('driver presses stop')) {
    world.agent.sessions.apply(world.bookingId, { type: 'stopAsked', at: world.nowSec() });
  } else if (raw !== undefined) {
    const text = raw.replaceAll('NOW', new Date(world.nowSec() * 1_000).toISOString());
    await box.say(text, String(JSON.parse(`["${/"([^"]*)"/.exec(text)?.[1]}"]`)[0]));
  } else if (from === 'box' && frame?.[0] === 2) {
    await box.say(JSON.stringify(filled(frame, world)), frame[1]);
    // So that what is metered next can have flowed.
    if (frame[2] === 'StartTransaction') world.pass(30);
  } else if (from === 'agent' && frame?.[0] === 2) {
    await called(String(frame[2]), world);
  } else if (waitSec !== undefined) {
    world.pass(waitSec);
  }
}

/** A start is handed over before it is waited for. */
async function called(action: string, world: World): Promise<void> {
  if (/StartTransaction$/.test(action) && world.session().phase === 'BOOKED') world.handOver();
  await waitFor(`a call of ${action}`, () => world.box.count(action) > 0);
}
