import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { AgentConfig } from '../config/config.ts';
import { chargePointIdOf } from '../drivers/ocpp/server.ts';
import type { Snapshot } from '../status/snapshot.ts';
import { dialAddresses } from './addresses.ts';
import { type Finding, fail, firstLine, ok, warn } from './findings.ts';

type ChargePoint = Snapshot['chargePoints'][number];

/** A larger error of a wallbox's clock makes its meter values' times wrong. */
const CLOCK_WARN_SEC = 60;

/** The running agent's knowledge of its wallboxes. */
export function checkChargePoints({ chargePoints, ocpp }: Snapshot): Finding[] {
  if (chargePoints.length > 0) return chargePoints.flatMap(checkChargePoint);
  const where = dialAddresses(ocpp.host, ocpp.port, ocpp.isTls).join(' or ');
  return [
    fail('wallbox', 'No wallbox has ever connected.', `Enter ${where} in the wallbox as its OCPP address.`),
  ];
}

function checkChargePoint({ id, isOnline, vendor, model, connectors }: ChargePoint): Finding[] {
  if (!isOnline) {
    const remedy = 'Check its network and its OCPP address; restart it if it stays away.';
    return [fail('wallbox', `${id} is not connected.`, remedy)];
  }
  const faults = connectors.flatMap(({ connectorId, status, health }) => {
    const { clockOffsetSec: offset = 0 } = health;
    const late = `The clock of ${id} is ${offset} s off ours.`;
    const clock =
      Math.abs(offset) > CLOCK_WARN_SEC ? [warn('wallbox', late, 'Let the wallbox set it by NTP.')] : [];
    if (status !== 'Faulted') return clock;
    const text = `Connector ${connectorId} of ${id} is faulted: ${health.lastError ?? 'it does not say why'}.`;
    return [
      ...clock,
      fail('wallbox', text, 'See the wallbox’s manual; it is shown as out of order until it is well.'),
    ];
  });
  return [ok('wallbox', `${id} is connected: ${vendor} ${model}.`), ...faults];
}

/** Listens for some seconds in the agent's place, to see whether a wallbox connects. Every connection is refused. */
export async function listenForChargePoint({ ocpp }: AgentConfig, listenSec: number): Promise<Finding[]> {
  const callers = new Set<string>();
  const server = createServer((_request, response) => response.writeHead(503).end());
  server.on('upgrade', (request, socket) => {
    callers.add(chargePointIdOf(request.url) ?? 'A client without a charge-point id');
    socket.end('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n');
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(ocpp.port, ocpp.host, resolve);
    });
  } catch (error) {
    const remedy = 'Another program has the port, or the address is not of this machine: change ocpp.';
    return [fail('wallbox', `Nothing can listen on ${ocpp.host}:${ocpp.port}: ${firstLine(error)}`, remedy)];
  }
  for (const end = Date.now() + listenSec * 1000; Date.now() < end && callers.size === 0; ) await delay(100);
  server.close();
  server.closeAllConnections();
  if (callers.size > 0)
    return [ok('wallbox', `${[...callers].join(', ')} tries to connect; start the agent.`)];
  const where = dialAddresses(ocpp.host, ocpp.port, ocpp.tls !== undefined).join(' or ');
  const text = `No wallbox connected within ${listenSec} s.`;
  return [warn('wallbox', text, `Start the agent, and enter ${where} in the wallbox as its OCPP address.`)];
}
