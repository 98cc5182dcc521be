import { parseConfig } from '../../../meter-agent/config/check.ts';
import type { Plan } from '../../../meter-agent/session/types.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { agentFixture, CAUTIOUS } from './agent-fixture.ts';
import { Broker, SocketDevice, SPEED, socketConfig } from './socket-device.ts';
import type { Scope } from './start-agent.ts';

type Kind = Parameters<typeof socketConfig>[0];

/** A broker, a plug on it, and an agent that has a booking for it. */
export async function socketWorld(
  scope: Scope,
  kind: Kind,
  timerSpeed?: number,
  trust: Partial<Plan> = CAUTIOUS,
) {
  const broker = new Broker();
  const url = await broker.start();
  scope.onEnd(() => broker.stop());
  const device = new SocketDevice(scope, url, kind, timerSpeed);
  const config = parseConfig({
    rpcUrl: 'http://127.0.0.1:1',
    market: `0x${'11'.repeat(20)}`,
    apiUrl: 'http://127.0.0.1:1',
    ocpp: { port: 0 },
    dataDir: '/nowhere',
    mqtt: { url, sockets: { plug: socketConfig(kind) } },
  });
  const plan = {
    ...trust,
    chargePointId: 'plug',
    maxPowerW: 2_300 * SPEED * 10,
    sampleSec: 0,
    fullCurrentA: 10,
  };
  const fixture = await agentFixture(scope, { plan, config: { mqtt: config.mqtt } });
  const { connectors } = fixture.agent;
  await waitFor('the socket to be known', () => connectors.find('plug', 1)?.status === 'Available');
  await waitFor('its meter to be heard', () => device.registerWh > 0);
  return { ...fixture, broker, url, device, connectors };
}

export type SocketWorld = Awaited<ReturnType<typeof socketWorld>>;

export const credited = ({ session }: SocketWorld): number => {
  const { doneWh, transaction } = session();
  return doneWh + (transaction?.register.creditedWh ?? 0);
};

export async function charging(scope: Scope, kind: Kind, timerSpeed?: number, trust?: Partial<Plan>) {
  const fixture = await socketWorld(scope, kind, timerSpeed, trust);
  fixture.handOver();
  await waitFor('power', () => credited(fixture) > 3);
  return fixture;
}

export async function stopped({ agent, bookingId, nowSec, session }: SocketWorld) {
  agent.sessions.apply(bookingId, { type: 'stopAsked', at: nowSec() });
  await waitFor('the final reading', () => session().phase === 'FINAL');
  return session();
}
