import { afterAnswer, type Commands } from '../protocol.ts';
import type { ProfileParams } from '../schedule.ts';
import type { Settings } from '../settings.ts';
import type { Handler } from '../socket.ts';
import { getVariable, setVariable } from './variables.ts';

type Variable = Parameters<typeof setVariable>[1];

const tokenOf = (idToken: unknown): string => (idToken as { idToken: string }).idToken;
const acceptedIf = (done: boolean) => ({ status: done ? 'Accepted' : 'Rejected' });

/** Handlers of OCPP 2.0.1's calls to a charging station, by action. An EVSE has one connector here. */
export function handlersOf(commands: Commands, settings: Settings): [action: string, handler: Handler][] {
  return [
    [
      'RequestStartTransaction',
      ({ evseId, idToken, chargingProfile, remoteStartId }) => ({
        status: commands.remoteStart({
          connectorId: evseId as number | undefined,
          idTag: tokenOf(idToken),
          profile: chargingProfile as ProfileParams | undefined,
          remoteStartId: Number(remoteStartId),
        }),
      }),
    ],
    ['RequestStopTransaction', ({ transactionId }) => acceptedIf(commands.remoteStop(transactionId))],
    [
      'SetChargingProfile',
      ({ evseId, chargingProfile }) => ({
        status: commands.setProfile(Number(evseId), chargingProfile as ProfileParams),
      }),
    ],
    [
      'ClearChargingProfile',
      () => {
        commands.clearProfiles();
        return { status: 'Accepted' };
      },
    ],
    [
      'SetVariables',
      ({ setVariableData }) => ({
        setVariableResult: (setVariableData as Variable[]).map((wanted) => setVariable(settings, wanted)),
      }),
    ],
    [
      'GetVariables',
      ({ getVariableData }) => ({
        getVariableResult: (getVariableData as Variable[]).map((wanted) => getVariable(settings, wanted)),
      }),
    ],
    [
      'ReserveNow',
      ({ id, evseId, idToken, expiryDateTime }) => {
        const expiresAt = Date.parse(String(expiryDateTime));
        const reservation = { reservationId: Number(id), idTag: tokenOf(idToken), expiresAt };
        return { status: commands.reserve(Number(evseId ?? 1), reservation) };
      },
    ],
    [
      'CancelReservation',
      ({ reservationId }) => acceptedIf(commands.cancelReservation(Number(reservationId))),
    ],
    [
      'ChangeAvailability',
      ({ operationalStatus }) => {
        afterAnswer(() => commands.setAvailable(operationalStatus === 'Operative'));
        return { status: commands.isCharging() ? 'Scheduled' : 'Accepted' };
      },
    ],
    [
      'UnlockConnector',
      () => ({ status: commands.isCharging() ? 'OngoingAuthorizedTransaction' : 'Unlocked' }),
    ],
    ['TriggerMessage', ({ requestedMessage }) => ({ status: commands.trigger(requestedMessage) })],
    [
      'Reset',
      ({ type }) => {
        if (type === 'OnIdle' && commands.isCharging()) return { status: 'Scheduled' };
        afterAnswer(() => {
          commands.end(0, 'HardReset');
          commands.restart();
        });
        return { status: 'Accepted' };
      },
    ],
  ];
}
