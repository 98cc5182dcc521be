import { ask } from '../ocpp/ask.ts';
import type { Peer } from '../ocpp/peer.ts';
import type { BoxDriver, VersionParts } from '../ocpp/version.ts';
import { configure } from './configure.ts';
import { type Caller, HANDLERS } from './handlers.ts';
import { txProfile } from './profile.ts';

/** When a box that dialled in is asked for its status: its boot comes first. */
const STATUS_AFTER_MS = 3_000;

/** Central system for one box that speaks OCPP 1.6J: its frames become calls of the desk, our wishes frames. */
export function serveBox16(parts: VersionParts, chargePointId: string, peer: Peer): BoxDriver {
  const onBooted = () => void setUpBox(parts, chargePointId, peer);
  const { desk, heartbeatIntervalSec } = parts;
  const caller: Caller = { id: chargePointId, desk, heartbeatIntervalSec, onBooted };
  for (const [action, handle] of Object.entries(HANDLERS)) {
    peer.handle(action, async ({ messageId, params }) => {
      const answer = handle(caller, params, [2, messageId, action, params]);
      await desk.written();
      return answer;
    });
  }
  // A box that only dialled again does not say how its connectors stand; one that cannot be asked need not answer.
  const asking = setTimeout(() => {
    peer.call('TriggerMessage', { requestedMessage: 'StatusNotification' }).catch(() => undefined);
  }, STATUS_AFTER_MS);
  peer.once('close', () => clearTimeout(asking));
  return callsOf(parts, chargePointId, peer);
}

function callsOf({ log }: VersionParts, chargePointId: string, peer: Peer): BoxDriver {
  const line = { peer, chargePointId, log };
  return {
    remoteStart: (connectorId, idTag) => ask(line, 'RemoteStartTransaction', { connectorId, idTag }),
    remoteStop: (transactionId) => ask(line, 'RemoteStopTransaction', { transactionId }),
    limitCurrent: (connectorId, transactionId, limit) => {
      const csChargingProfiles = { transactionId, ...txProfile(limit, new Date()) };
      return ask(line, 'SetChargingProfile', { connectorId, csChargingProfiles });
    },
    reserve: (connectorId, { reservationId, idTag, expiresAt }) => {
      const expiryDate = new Date(expiresAt * 1000).toISOString();
      return ask(line, 'ReserveNow', { connectorId, reservationId, idTag, expiryDate });
    },
    cancelReservation: (reservationId) => ask(line, 'CancelReservation', { reservationId }),
    unlock: (connectorId) => ask(line, 'UnlockConnector', { connectorId }, ['Unlocked']),
    reset: (isHard) => ask(line, 'Reset', { type: isHard ? 'Hard' : 'Soft' }),
    // These two have no status in their answer: that there is one is a yes.
    uploadDiagnostics: (url) => ask(line, 'GetDiagnostics', { location: url }, 'any'),
    updateFirmware: (url, retrieveAt) => {
      const retrieveDate = new Date(retrieveAt * 1000).toISOString();
      return ask(line, 'UpdateFirmware', { location: url, retrieveDate }, 'any');
    },
  };
}

async function setUpBox(parts: VersionParts, chargePointId: string, peer: Peer): Promise<void> {
  const call = (action: string, params: object) =>
    peer.call(action, params) as Promise<Record<string, unknown>>;
  const { refused, meterKeys } = await configure(call, parts.sampleIntervalSec);
  if (refused.length > 0) parts.log.info({ chargePointId, refused }, 'the wallbox keeps its own settings');
  for (const [connectorId, spkiHex] of meterKeys)
    parts.desk.meterKeySeen(chargePointId, connectorId, spkiHex);
}
