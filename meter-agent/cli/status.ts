import { withFormerNames } from '../status/former-names.ts';
import { noticeText } from '../status/notice-text.ts';
import { outageText, queueText } from '../status/outages.ts';
import type { Snapshot } from '../status/snapshot.ts';
import { momentText } from '../status/times.ts';
import { askStatus } from './ask-agent.ts';
import { type Command, configOf, parseFlags } from './options.ts';
import { table } from './table.ts';

const NOTICES_SHOWN = 5;

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
    snapshot.sessions.length === 0
      ? 'No booking is open.'
      : table([
          ['BOOKING', 'CONNECTOR', 'PHASE', 'ENERGY', 'CO-SIGNED', 'POWER', 'UNTIL'],
          ...snapshot.sessions.map(sessionRow),
        ]),
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
}: Snapshot): string[][] {
  const seen = ledger.seenAt === null ? 'not reached yet' : `answered ${at - ledger.seenAt} s ago`;
  const head = ledger.headAt === null ? '' : `, newest block ${at - ledger.headAt} s old by our clock`;
  const scheme = ocpp.isTls ? 'wss' : 'ws';
  return [
    ['Running since', momentText(startedAt)],
    ['Memory', `${Math.round(rssBytes / 1_048_576)} MiB`],
    ['Agent key', agentKey],
    ['Wallboxes connect to', `${scheme}://${ocpp.host}:${ocpp.port}/ID`],
    ['Status page', page ?? 'none'],
    ['Ledger', `${seen}${head}${outageText(ledger.outage)}`],
    ['API', `${api.isLinked ? 'connected' : 'not connected'}: ${api.url}${outageText(api.outage)}`],
    ['Waiting', queueText(queue)],
  ];
}

const connectorRows = ({ id, isOnline, connectors }: Snapshot['chargePoints'][number]): string[][] =>
  connectors.map(({ connectorId, status, listingId, pairingCode, health }) => [
    id,
    isOnline ? 'yes' : 'no',
    String(connectorId),
    status ?? '-',
    listingId === null ? `no, pairing code ${pairingCode ?? '-'}` : 'yes',
    health.lastError ?? '-',
    health.clockOffsetSec === undefined ? '-' : `${health.clockOffsetSec} s`,
  ]);

const sessionRow = (s: Snapshot['sessions'][number]): string[] => [
  `${s.bookingId.slice(0, 10)}…`,
  `${s.chargePointId}/${s.connectorId}`,
  s.pauseReason === null ? s.phase : `${s.phase} (paused)`,
  `${s.energyWh} Wh`,
  `${s.cosignedWh} Wh`,
  `${Math.round(s.powerW)} W`,
  momentText(s.endsAt),
];
