import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { AgentConfig } from '../config/config.ts';
import { chargePointIdOf } from '../drivers/ocpp/server.ts';
import { dialRemedy, dialText } from '../status/callers-text.ts';
import { forwardRemedy, forwardText } from '../status/forward-text.ts';
import type { Snapshot } from '../status/snapshot.ts';
import { momentText } from '../status/times.ts';
import { dialAddresses } from './addresses.ts';
import { type Finding, fail, firstLine, ok, warn } from './findings.ts';

type ChargePoint = Snapshot['chargePoints'][number];
type ChargePointHealth = ChargePoint['connectors'][number]['health'];

/** A larger error of a wallbox's clock makes its meter values' times wrong. */
const CLOCK_WARN_SEC = 60;

/** Older things are no longer worth a line. */
const RECENT_SEC = 86_400;

/** The running agent's knowledge of its wallboxes, and of those that could not connect. */
export const checkChargePoints = (snapshot: Snapshot): Finding[] => [
  ...checkConnected(snapshot),
  ...checkFailedDials(snapshot),
  ...checkRefusedCards(snapshot),
];

function checkConnected({ chargePoints, ocpp }: Snapshot): Finding[] {
  if (chargePoints.length > 0)
    return chargePoints.flatMap((chargePoint) => [
      ...checkChargePoint(chargePoint),
      ...checkForward(chargePoint),
    ]);
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
  const first = connectors[0]?.health;
  return [
    ok('wallbox', `${id} is connected: ${vendor} ${model}.`),
    ...(first === undefined ? [] : setUpFindings(id, first)),
    ...brokenFrames(id, connectors),
    ...faults,
  ];
}

/** What the wallbox does not take, and what follows from it. */
function setUpFindings(id: string, { leftSettings = [], isLimitEndRefused }: ChargePointHealth): Finding[] {
  const findings: Finding[] = [];
  if (leftSettings.length > 0) {
    const text = `${id} restarted after a change of ${leftSettings.join(', ')}: the agent leaves it as it is.`;
    findings.push(
      warn('wallbox', text, 'Set it in the wallbox itself if it matters to you; else nothing is to do.'),
    );
  }
  if (isLimitEndRefused === true) {
    const text = `${id} takes no limit that ends with 0 A: only the running agent ends a charge at its slot’s end.`;
    findings.push(warn('wallbox', text, 'Keep the agent running and connected; newer firmware may help.'));
  }
  return findings;
}

/** A wallbox that is away is a finding of its own. */
function checkForward({ id, forward }: ChargePoint): Finding[] {
  if (forward === undefined || forward.reason === 'NO_WALLBOX') return [];
  const text = `The other central system of ${id} is ${forwardText(forward)}.`;
  return [forward.isOn ? ok('forward', text) : warn('forward', text, forwardRemedy(forward))];
}

/** The first one shows what is wrong with all of them. */
function brokenFrames(id: string, [connector]: ChargePoint['connectors']): Finding[] {
  const frame = connector?.health.brokenFrame;
  if (frame === undefined) return [];
  const text = `${id} sent ${frame.count} frames that cannot be read, the first at ${momentText(frame.at)}: ${frame.text}`;
  const remedy =
    'What is in them does not count, and a charge whose meter values cannot be read pauses: update its firmware.';
  return [warn('wallbox', text, remedy)];
}

function checkFailedDials({ failedDials, chargePoints, at: now }: Snapshot): Finding[] {
  const online = new Set(chargePoints.filter(({ isOnline }) => isOnline).map(({ id }) => id));
  return failedDials
    .filter(({ at, chargePointId }) => now - at < RECENT_SEC && !online.has(chargePointId ?? ''))
    .map((dial) => warn('wallbox', dialText(dial), dialRemedy(dial)));
}

const checkRefusedCards = ({ refusedCards, at: now }: Snapshot): Finding[] =>
  refusedCards
    .filter(({ at }) => now - at < RECENT_SEC)
    .map(({ idTag, chargePointId, at }) => {
      const text = `${chargePointId} refused a card that nobody here knows at ${momentText(at)}: ${idTag}`;
      return warn('card', text, `If it is yours: add "${idTag}" to ownerIdTags.`);
    });

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
