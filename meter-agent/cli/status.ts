import { backupText, restoreText } from '../status/backup-text.ts';
import { dialRemedy, dialText } from '../status/callers-text.ts';
import { evidenceText } from '../status/evidence-text.ts';
import { withFormerNames } from '../status/former-names.ts';
import { forwardText } from '../status/forward-text.ts';
import { noticeText } from '../status/notice-text.ts';
import { outageText, queueText } from '../status/outages.ts';
import type { Snapshot } from '../status/snapshot.ts';
import { dialWords } from './addresses.ts';
import { askStatus } from './ask-agent.ts';
import { type Command, configOf, parseFlags } from './options.ts';
import { say, speech, type Word } from './speech.ts';
import { table } from './table.ts';

const NOTICES_SHOWN = 5;
const ODD_STOPS_SHOWN = 10;

type ConnectorShown = Pick<
  Snapshot['chargePoints'][number]['connectors'][number],
  'listingId' | 'pairingCode' | 'isLent'
>;

/** The running agent's state. Exit code 1 when none runs. */
export const status: Command = async (args) => {
  const { values } = parseFlags(args, { json: { type: 'boolean', default: false } });
  const snapshot = await askStatus(configOf(values).dataDir);
  if (snapshot === undefined) {
    console.log(values.json ? JSON.stringify({ isRunning: false }) : say('cli.notRunning'));
    return 1;
  }
  console.log(
    values.json ? JSON.stringify({ isRunning: true, ...withFormerNames(snapshot) }) : statusText(snapshot),
  );
  return 0;
};

type NameOf<Each extends Word> = Each extends `cli.head.${infer Name}` ? Name : never;
type HeadName = NameOf<Word>;

const heads = (...names: HeadName[]): string[] => names.map((name) => say(`cli.head.${name}`));

export function statusText(snapshot: Snapshot): string {
  const { chargePoints, failedDials, sessions, notices, token } = snapshot;
  const parts = [
    table(factRows(snapshot)),
    chargePoints.length === 0
      ? say('cli.status.noWallbox')
      : table([
          heads('wallbox', 'connected', 'connector', 'status', 'listed', 'lastError', 'clock'),
          ...chargePoints.flatMap(connectorRows),
        ]),
    ...chargePoints.flatMap(forwardLines),
    ...failedDials.map((dial) => `${dialText(dial, speech())} ${dialRemedy(dial, speech())}`),
    ...cardLines(snapshot),
    sessions.length === 0
      ? say('cli.status.noBooking')
      : table([
          heads('booking', 'connector', 'phase', 'metered', 'billed', 'cosigned', 'power', 'until'),
          ...sessions.map(sessionRow),
        ]),
    ...oddStopTables(snapshot),
    ...notices
      .slice(0, NOTICES_SHOWN)
      .map((notice) => `${speech().moment(notice.at)}  ${noticeText(notice, token, speech())}`),
  ];
  return parts.join('\n\n');
}

function forwardLines({ id, forward }: Snapshot['chargePoints'][number]): string[] {
  if (forward === undefined) return [];
  return [say('cli.status.forward', { id, url: forward.url, state: forwardText(forward, speech()) })];
}

function factRows(snapshot: Snapshot): string[][] {
  const { startedAt, rssBytes, agentKey, page, ocpp, api, queue, evidence, restore } = snapshot;
  const link = say(api.isLinked ? 'status.api.connected' : 'status.api.notConnected');
  return [
    [say('cli.status.since'), speech().moment(startedAt)],
    [say('cli.status.memory'), `${Math.round(rssBytes / 1_048_576)} MiB`],
    [say('cli.status.key'), agentKey],
    [say('cli.status.dial'), dialWords(ocpp.host, ocpp.port, ocpp.isTls)],
    [say('cli.status.page'), page ?? say('cli.status.noPage')],
    [say('cli.status.ledger'), ledgerText(snapshot)],
    [say('cli.status.api'), `${link}: ${api.url}${outageText(api.outage, speech())}`],
    [say('cli.status.waiting'), queueText(queue, speech())],
    [say('cli.status.evidence'), evidenceText(evidence, speech())],
    [say('cli.status.backup'), backupText(snapshot, speech())],
    ...(restore === null ? [] : [[say('cli.status.restored'), restoreText(restore, speech())]]),
  ];
}

function ledgerText({ ledger, at }: Snapshot): string {
  const seen =
    ledger.seenAt === null
      ? say('status.ledger.notSeen')
      : say('status.ledger.seen', { sec: at - ledger.seenAt });
  const head = ledger.headAt === null ? seen : say('cli.status.head', { seen, sec: at - ledger.headAt });
  return `${head}${outageText(ledger.outage, speech())}`;
}

function oddStopTables({ oddStops }: Snapshot): string[] {
  const orphans = oddStops.orphans.map(({ at, chargePointId, transactionNumber, meterStopWh }) => [
    ...[speech().moment(at), chargePointId, transactionNumber],
    meterStopWh === null ? '-' : `${meterStopWh} Wh`,
  ]);
  const low = oddStops.low.map(({ at, bookingId, countedWh, stopWh }) => [
    ...[speech().moment(at), `${bookingId.slice(0, 10)}…`, `${countedWh} Wh`, `${stopWh} Wh`],
  ]);
  const orphanHeads = heads('orphan', 'wallbox', 'number', 'register');
  const lowHeads = heads('low', 'booking', 'counted', 'stop');
  return [
    ...(orphans.length === 0 ? [] : [table([orphanHeads, ...orphans.slice(-ODD_STOPS_SHOWN)])]),
    ...(low.length === 0 ? [] : [table([lowHeads, ...low.slice(-ODD_STOPS_SHOWN)])]),
  ];
}

const yesOrNo = (is: boolean): string => say(is ? 'cli.status.yes' : 'cli.status.no');

const listedText = ({ listingId, pairingCode, isLent }: ConnectorShown): string => {
  if (listingId === null) return say('cli.status.notListed', { code: pairingCode ?? '-' });
  return isLent ? yesOrNo(true) : say('cli.status.paused');
};

const connectorRows = ({ id, isOnline, connectors }: Snapshot['chargePoints'][number]): string[][] =>
  connectors.map(({ connectorId, status, health, ...connector }) => [
    id,
    yesOrNo(isOnline),
    String(connectorId),
    status ?? '-',
    listedText(connector),
    health.lastError ?? '-',
    health.clockOffsetSec === undefined ? '-' : `${health.clockOffsetSec} s`,
  ]);

/** Whole, ready to be copied into the configuration: this command is its owner's alone. */
const cardLines = ({ refusedCards }: Snapshot): string[] =>
  refusedCards.length === 0
    ? []
    : [
        table([
          heads('card', 'at', 'last', 'times'),
          ...refusedCards.map(({ idTag, chargePointId, at, count }) => [
            ...[idTag, chargePointId, speech().moment(at), String(count)],
          ]),
        ]),
      ];

const sessionRow = (s: Snapshot['sessions'][number]): string[] => [
  `${s.bookingId.slice(0, 10)}…`,
  `${s.chargePointId}/${s.connectorId}`,
  s.pauseReason === null ? s.phase : say('cli.status.pausedPhase', { phase: s.phase }),
  `${s.meteredWh} Wh`,
  `${s.billedWh} Wh`,
  `${s.cosignedWh} Wh`,
  `${Math.round(s.powerW)} W`,
  speech().moment(s.endsAt),
];
