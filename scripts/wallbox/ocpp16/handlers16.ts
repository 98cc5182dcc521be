import { afterAnswer, type Commands } from '../protocol.ts';
import type { ProfileParams } from '../schedule.ts';
import type { Settings } from '../settings.ts';
import type { Handler } from '../socket.ts';

const profileOf = (params: unknown) => params as ProfileParams | undefined;

/** Handlers of OCPP 1.6's calls to a charge point, by action. */
export function handlersOf(commands: Commands, settings: Settings): [action: string, handler: Handler][] {
  return [
    [
      'RemoteStartTransaction',
      ({ connectorId, idTag, chargingProfile }) => ({
        status: commands.remoteStart({
          connectorId: connectorId as number | undefined,
          idTag: String(idTag),
          profile: profileOf(chargingProfile),
        }),
      }),
    ],
    [
      'RemoteStopTransaction',
      ({ transactionId }) => ({ status: commands.remoteStop(transactionId) ? 'Accepted' : 'Rejected' }),
    ],
    [
      'SetChargingProfile',
      ({ connectorId, csChargingProfiles }) => ({
        status: commands.setProfile(Number(connectorId), csChargingProfiles as ProfileParams),
      }),
    ],
    [
      'ClearChargingProfile',
      () => {
        commands.clearProfiles();
        return { status: 'Accepted' };
      },
    ],
    ['ChangeConfiguration', ({ key, value }) => ({ status: settings.change(String(key), String(value)) })],
    ['GetConfiguration', ({ key }) => settings.read(key as string[] | undefined)],
    [
      'ReserveNow',
      ({ connectorId, reservationId, idTag, expiryDate }) => {
        const expiresAt = Date.parse(String(expiryDate));
        const reservation = { reservationId: Number(reservationId), idTag: String(idTag), expiresAt };
        return { status: commands.reserve(Number(connectorId), reservation) };
      },
    ],
    [
      'CancelReservation',
      ({ reservationId }) => ({
        status: commands.cancelReservation(Number(reservationId)) ? 'Accepted' : 'Rejected',
      }),
    ],
    [
      'ChangeAvailability',
      ({ type }) => {
        afterAnswer(() => commands.setAvailable(type === 'Operative'));
        return { status: commands.isCharging() ? 'Scheduled' : 'Accepted' };
      },
    ],
    [
      'UnlockConnector',
      ({ connectorId }) => {
        afterAnswer(() => commands.end(Number(connectorId), 'UnlockCommand'));
        return { status: 'Unlocked' };
      },
    ],
    ['TriggerMessage', ({ requestedMessage }) => ({ status: commands.trigger(requestedMessage) })],
    [
      'Reset',
      ({ type }) => {
        afterAnswer(() => {
          commands.end(0, type === 'Hard' ? 'HardReset' : 'SoftReset');
          commands.restart();
        });
        return { status: 'Accepted' };
      },
    ],
  ];
}
