import type { Snapshot } from '../status/snapshot.ts';

type ChargePoint = Snapshot['chargePoints'][number];
type Connector = ChargePoint['connectors'][number];

/** The changes between two snapshots of the agent, as sentences for people who set up a wallbox. */
export function newsOf(before: Snapshot | undefined, now: Snapshot): string[] {
  const lines: string[] = [];
  if (now.ledger.seenAt !== null && before?.ledger.seenAt == null) lines.push('The ledger answers.');
  if (now.api.isLinked && before?.api.isLinked !== true) lines.push('Connected to the API.');
  for (const chargePoint of now.chargePoints) {
    const known = before?.chargePoints.find(({ id }) => id === chargePoint.id);
    lines.push(...chargePointNews(known, chargePoint, now.api.url));
  }
  return lines;
}

function chargePointNews(before: ChargePoint | undefined, now: ChargePoint, apiUrl: string): string[] {
  const lines: string[] = [];
  if (now.isOnline && before?.isOnline !== true) lines.push(`${now.id} has connected.`);
  if (!now.isOnline && before?.isOnline === true)
    lines.push(`${now.id} has disconnected; it should connect again.`);
  const { firmware } = now.connectors[0]?.health ?? {};
  const name = `${now.vendor} ${now.model}${firmware === undefined ? '' : `, firmware ${firmware}`}`;
  const isNamed = now.vendor !== 'Unknown';
  if (isNamed && (before?.vendor !== now.vendor || before.model !== now.model)) {
    lines.push(`${now.id} is a ${name}.`);
  }
  const known = (connector: Connector) =>
    before?.connectors.find(({ connectorId }) => connectorId === connector.connectorId);
  lines.push(...settingNews(before?.connectors[0], now.connectors[0], now.id));
  for (const connector of now.connectors) {
    lines.push(...connectorNews(known(connector), connector, apiUrl).map((line) => `${now.id} ${line}`));
  }
  return lines;
}

function settingNews(before: Connector | undefined, now: Connector | undefined, id: string): string[] {
  const refused = now?.health.refusedSettings?.join(', ') ?? '';
  if (refused === '' || refused === before?.health.refusedSettings?.join(', ')) return [];
  return [`${id} keeps its own settings for ${refused}: it works all the same.`];
}

function connectorNews(before: Connector | undefined, now: Connector, apiUrl: string): string[] {
  const name = `connector ${now.connectorId}`;
  const lines: string[] = [];
  if (now.status !== null && now.status !== before?.status) {
    const fault = now.status === 'Faulted' ? ` (${now.health.lastError ?? 'no reason given'})` : '';
    lines.push(`${name}: ${now.status}${fault}.`);
  }
  if (now.hasMeterKey && before?.hasMeterKey !== true) {
    lines.push(`${name}: the meter's key is known, so its signed readings can be verified.`);
  }
  if (now.pairingCode !== null && now.pairingCode !== before?.pairingCode) {
    lines.push(`${name}: pairing code ${now.pairingCode}: type it at ${apiUrl} under "Lend a charger".`);
  }
  if (now.listingId !== null && before?.listingId == null) lines.push(`${name} is listed: ${now.listingId}.`);
  if (now.hasLocation && before?.hasLocation !== true) {
    lines.push(`${name}: the exact location is stored here, for drivers who booked.`);
  }
  return lines;
}
