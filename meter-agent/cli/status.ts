import { backupText, restoreText } from '../status/backup-text.ts';
import { dialRemedy, dialText } from '../status/callers-text.ts';
import { evidenceText } from '../status/evidence-text.ts';
import { withFormerNames } from '../status/former-names.ts';
import { forwardText } from '../status/forward-text.ts';
import { noticeText } from '../status/notice-text.ts';
import { outageText, queueText } from '../status/outages.ts';
import type { Snapshot } from '../status/snapshot.ts';
import { momentText } from '../status/times.ts';
import { dialAddresses } from './addresses.ts';
import { askStatus } from './ask-agent.ts';
import { type Command, configOf, parseFlags } from './options.ts';
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
    console.log(values.json ? JSON.stringify({ isRunning: false }) : 'The agent is not running.');
    return 1;
  }
  console.log(
    values.json ? JSON.stringify({ isRunning: true, ...withFormerNames(snapshot) }) : statusText(snapshot),
  );
  return 0;
};

export function statusText(snapshot: Snapshot): string {
  const parts = [
    table(factRows(snapshot)),
    snapshot.chargePoints.length === 0
      ? 'No wallbox has connected yet.'
      : table([
          ['WALLBOX', 'CONNECTED', 'CONNECTOR', 'STATUS', 'LISTED', 'LAST ERROR', 'CLOCK'],
          ...snapshot.chargePoints.flatMap(connectorRows),
        ]),
    ...snapshot.chargePoints.flatMap(({ id, forward }) =>
      forward === undefined
        ? []
        : [`The other central system of ${id}, ${forward.url}: ${forwardText(forward)}.`],
    ),
    ...snapshot.failedDials.map((dial) => `${dialText(dial)} ${dialRemedy(dial)}`),
    ...cardLines(snapshot),
    snapshot.sessions.length === 0
      ? 'No booking is open.'
      : table([
          ['BOOKING', 'CONNECTOR', 'PHASE', 'METERED', 'BILLED', 'CO-SIGNED', 'POWER', 'UNTIL'],
          ...snapshot.sessions.map(sessionRow),
        ]),
    ...oddStopTables(snapshot),
    ...snapshot.notices
      .slice(0, NOTICES_SHOWN)
      .map((notice) => `${momentText(notice.at)}  ${noticeText(notice, snapshot.token)}`),
  ];
  return parts.join('\n\n');
}

function factRows({
  at,
  startedAt,
  rssBytes,
  agentKey,
  page,
  ocpp,
  ledger,
  api,
  queue,
  evidence,
  backup,
  lastBackupAt,
  restore,
}: Snapshot): string[][] {
  const seen = ledger.seenAt === null ? 'not reached yet' : `answered ${at - ledger.seenAt} s ago`;
  const head = ledger.headAt === null ? '' : `, newest block ${at - ledger.headAt} s old by our clock`;
  return [
    ['Running since', momentText(startedAt)],
    ['Memory', `${Math.round(rssBytes / 1_048_576)} MiB`],
    ['Agent key', agentKey],
    ['Wallboxes connect to', dialAddresses(ocpp.host, ocpp.port, ocpp.isTls).join(' or ')],
    ['Status page', page ?? 'none'],
    ['Ledger', `${seen}${head}${outageText(ledger.outage)}`],
    ['API', `${api.isLinked ? 'connected' : 'not connected'}: ${api.url}${outageText(api.outage)}`],
    ['Waiting', queueText(queue)],
    ['Evidence', evidenceText(evidence)],
    ['Backup', backupText({ backup, lastBackupAt })],
    ...(restore === null ? [] : [['Restored', restoreText(restore)]]),
  ];
}

function oddStopTables({ oddStops }: Snapshot): string[] {
  const orphans = oddStops.orphans.map(({ at, chargePointId, transactionNumber, meterStopWh }) => [
    ...[momentText(at), chargePointId, transactionNumber],
    meterStopWh === null ? '-' : `${meterStopWh} Wh`,
  ]);
  const low = oddStops.low.map(({ at, bookingId, countedWh, stopWh }) => [
    ...[momentText(at), `${bookingId.slice(0, 10)}…`, `${countedWh} Wh`, `${stopWh} Wh`],
  ]);
  const orphanHeads = ['STOP OF NO CHARGE', 'WALLBOX', 'NUMBER', 'REGISTER'];
  const lowHeads = ['STOP BELOW ITS VALUES', 'BOOKING', 'COUNTED', 'STOP'];
  return [
    ...(orphans.length === 0 ? [] : [table([orphanHeads, ...orphans.slice(-ODD_STOPS_SHOWN)])]),
    ...(low.length === 0 ? [] : [table([lowHeads, ...low.slice(-ODD_STOPS_SHOWN)])]),
  ];
}
const listedText = ({ listingId, pairingCode, isLent }: ConnectorShown): string => {
  if (listingId === null) return `no, pairing code ${pairingCode ?? '-'}`;
  return isLent ? 'yes' : 'yes, lending is paused';
};

const connectorRows = ({ id, isOnline, connectors }: Snapshot['chargePoints'][number]): string[][] =>
  connectors.map(({ connectorId, status, health, ...connector }) => [
    id,
    isOnline ? 'yes' : 'no',
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
          ['CARD REFUSED', 'AT', 'LAST', 'TIMES'],
          ...refusedCards.map(({ idTag, chargePointId, at, count }) => [
            ...[idTag, chargePointId, momentText(at), String(count)],
          ]),
        ]),
      ];

const sessionRow = (s: Snapshot['sessions'][number]): string[] => [
  `${s.bookingId.slice(0, 10)}…`,
  `${s.chargePointId}/${s.connectorId}`,
  s.pauseReason === null ? s.phase : `${s.phase} (paused)`,
  `${s.meteredWh} Wh`,
  `${s.billedWh} Wh`,
  `${s.cosignedWh} Wh`,
  `${Math.round(s.powerW)} W`,
  momentText(s.endsAt),
];
