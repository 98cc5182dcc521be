import type { Snapshot } from '../status/snapshot.ts';
import { say } from './speech.ts';

type ChargePoint = Snapshot['chargePoints'][number];
type Connector = ChargePoint['connectors'][number];

/** The changes between two snapshots of the agent, as sentences for people who set up a wallbox. */
export function newsOf(before: Snapshot | undefined, now: Snapshot): string[] {
  const lines: string[] = [];
  if (now.ledger.seenAt !== null && before?.ledger.seenAt == null) lines.push(say('cli.news.ledger'));
  if (now.api.isLinked && before?.api.isLinked !== true) lines.push(say('cli.news.api'));
  for (const chargePoint of now.chargePoints) {
    const known = before?.chargePoints.find(({ id }) => id === chargePoint.id);
    lines.push(...chargePointNews(known, chargePoint, now.api.url));
  }
  return lines;
}

function chargePointNews(before: ChargePoint | undefined, now: ChargePoint, apiUrl: string): string[] {
  const { id, isOnline, vendor, model, connectors } = now;
  const lines: string[] = [];
  if (isOnline && before?.isOnline !== true) lines.push(say('cli.news.connected', { id }));
  if (!isOnline && before?.isOnline === true) lines.push(say('cli.news.disconnected', { id }));
  if (vendor !== 'Unknown' && (before?.vendor !== vendor || before.model !== model)) {
    const { firmware } = connectors[0]?.health ?? {};
    const known = { hasFirmware: firmware === undefined ? 'no' : 'yes', firmware: firmware ?? '' };
    lines.push(say('cli.news.name', { id, name: `${vendor} ${model}`, ...known }));
  }
  const known = (connector: Connector) =>
    before?.connectors.find(({ connectorId }) => connectorId === connector.connectorId);
  lines.push(...settingNews(before?.connectors[0], connectors[0], id));
  for (const connector of connectors) lines.push(...connectorNews(known(connector), connector, id, apiUrl));
  return lines;
}

function settingNews(before: Connector | undefined, now: Connector | undefined, id: string): string[] {
  const settings = now?.health.refusedSettings?.join(', ') ?? '';
  if (settings === '' || settings === before?.health.refusedSettings?.join(', ')) return [];
  return [say('cli.news.settings', { id, settings })];
}

function connectorNews(before: Connector | undefined, now: Connector, id: string, apiUrl: string): string[] {
  const named = { id, connector: now.connectorId };
  const lines: string[] = [];
  if (now.status !== null && now.status !== before?.status) {
    const error = now.health.lastError ?? say('cli.news.noReason');
    const isFaulted = now.status === 'Faulted';
    const values = { ...named, status: now.status, error };
    lines.push(say(isFaulted ? 'cli.news.faulted' : 'cli.news.status', values));
  }
  if (now.hasMeterKey && before?.hasMeterKey !== true) lines.push(say('cli.news.meterKey', named));
  if (now.pairingCode !== null && now.pairingCode !== before?.pairingCode) {
    lines.push(say('cli.news.pairing', { ...named, code: now.pairingCode, url: apiUrl }));
  }
  if (now.listingId !== null && before?.listingId == null) {
    lines.push(say('cli.news.listed', { ...named, listingId: now.listingId }));
  }
  if (now.hasLocation && before?.hasLocation !== true) lines.push(say('cli.news.location', named));
  return lines;
}
