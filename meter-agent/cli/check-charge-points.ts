import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { AgentConfig } from '../config/config.ts';
import { chargePointIdOf } from '../drivers/ocpp/server.ts';
import { dialRemedy, dialText } from '../status/callers-text.ts';
import { forwardRemedy, forwardText } from '../status/forward-text.ts';
import type { Snapshot } from '../status/snapshot.ts';
import { dialWords } from './addresses.ts';
import { type Finding, fail, firstLine, ok, warn } from './findings.ts';
import { say, speech } from './speech.ts';

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
  const where = dialWords(ocpp.host, ocpp.port, ocpp.isTls);
  return [fail('wallbox', say('cli.check.wallbox.never'), say('cli.check.wallbox.never.remedy', { where }))];
}

function checkChargePoint({ id, isOnline, vendor, model, connectors }: ChargePoint): Finding[] {
  if (!isOnline) {
    const text = say('cli.check.wallbox.away', { id });
    return [fail('wallbox', text, say('cli.check.wallbox.away.remedy'))];
  }
  const faults = connectors.flatMap(({ connectorId, status, health }) => {
    const { clockOffsetSec: offset = 0 } = health;
    const late = say('cli.check.wallbox.clock', { id, sec: offset });
    const clock =
      Math.abs(offset) > CLOCK_WARN_SEC ? [warn('wallbox', late, say('cli.check.wallbox.clock.remedy'))] : [];
    if (status !== 'Faulted') return clock;
    const error = health.lastError ?? say('cli.check.wallbox.noReason');
    const text = say('cli.check.wallbox.faulted', { connector: connectorId, id, error });
    return [...clock, fail('wallbox', text, say('cli.check.wallbox.faulted.remedy'))];
  });
  const first = connectors[0]?.health;
  return [
    ok('wallbox', say('cli.check.wallbox.connected', { id, name: `${vendor} ${model}` })),
    ...(first === undefined ? [] : setUpFindings(id, first)),
    ...brokenFrames(id, connectors),
    ...faults,
  ];
}

/** What the wallbox does not take, and what follows from it. */
function setUpFindings(id: string, { leftSettings = [], isLimitEndRefused }: ChargePointHealth): Finding[] {
  const findings: Finding[] = [];
  if (leftSettings.length > 0) {
    const text = say('cli.check.wallbox.settings', { id, settings: leftSettings.join(', ') });
    findings.push(warn('wallbox', text, say('cli.check.wallbox.settings.remedy')));
  }
  if (isLimitEndRefused === true) {
    const text = say('cli.check.wallbox.limitEnd', { id });
    findings.push(warn('wallbox', text, say('cli.check.wallbox.limitEnd.remedy')));
  }
  return findings;
}

/** A wallbox that is away is a finding of its own. */
function checkForward({ id, forward }: ChargePoint): Finding[] {
  if (forward === undefined || forward.reason === 'NO_WALLBOX') return [];
  const text = say('cli.check.forward', { id, state: forwardText(forward, speech()) });
  return [forward.isOn ? ok('forward', text) : warn('forward', text, forwardRemedy(forward, speech()))];
}

/** The first one shows what is wrong with all of them. */
function brokenFrames(id: string, [connector]: ChargePoint['connectors']): Finding[] {
  const frame = connector?.health.brokenFrame;
  if (frame === undefined) return [];
  const values = { id, count: frame.count, at: speech().moment(frame.at), text: frame.text };
  const text = say('cli.check.wallbox.frames', values);
  return [warn('wallbox', text, say('cli.check.wallbox.frames.remedy'))];
}

function checkFailedDials({ failedDials, chargePoints, at: now }: Snapshot): Finding[] {
  const online = new Set(chargePoints.filter(({ isOnline }) => isOnline).map(({ id }) => id));
  return failedDials
    .filter(({ at, chargePointId }) => now - at < RECENT_SEC && !online.has(chargePointId ?? ''))
    .map((dial) => warn('wallbox', dialText(dial, speech()), dialRemedy(dial, speech())));
}

const checkRefusedCards = ({ refusedCards, at: now }: Snapshot): Finding[] =>
  refusedCards
    .filter(({ at }) => now - at < RECENT_SEC)
    .map(({ idTag, chargePointId, at }) => {
      const values = { wallbox: chargePointId, at: speech().moment(at), card: idTag };
      return warn('card', say('cli.check.card', values), say('cli.check.card.remedy', { card: idTag }));
    });

/** Listens for some seconds in the agent's place, to see whether a wallbox connects. Every connection is refused. */
export async function listenForChargePoint({ ocpp }: AgentConfig, listenSec: number): Promise<Finding[]> {
  const callers = new Set<string>();
  const server = createServer((_request, response) => response.writeHead(503).end());
  server.on('upgrade', (request, socket) => {
    callers.add(chargePointIdOf(request.url) ?? say('cli.check.listen.nameless'));
    socket.end('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n');
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(ocpp.port, ocpp.host, resolve);
    });
  } catch (error) {
    const values = { address: `${ocpp.host}:${ocpp.port}`, reason: firstLine(error) };
    return [fail('wallbox', say('cli.check.listen.port', values), say('cli.check.listen.port.remedy'))];
  }
  for (const end = Date.now() + listenSec * 1000; Date.now() < end && callers.size === 0; ) await delay(100);
  server.close();
  server.closeAllConnections();
  if (callers.size > 0)
    return [ok('wallbox', say('cli.check.listen.callers', { callers: [...callers].join(', ') }))];
  const where = dialWords(ocpp.host, ocpp.port, ocpp.tls !== undefined);
  const text = say('cli.check.listen.nobody', { sec: listenSec });
  return [warn('wallbox', text, say('cli.check.listen.nobody.remedy', { where }))];
}
