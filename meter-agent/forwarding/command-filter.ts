import { createRPCError } from 'ocpp-rpc';
import type { LocalAuthorization } from '../central-system/local-authorization.ts';
import type { DriverMemory } from '../drivers/driver.ts';
import type { Params } from './outbox.ts';
import type { TransactionIds } from './transaction-ids.ts';

/** The facts on which a command of the other central system is allowed or refused. */
export interface Grounds {
  chargePointId: string;
  localAuthorization: Pick<LocalAuthorization, 'isBooked'>;
  memory: DriverMemory;
  ids: TransactionIds;
  /** Reservations that the agent made for bookings. */
  ownReservations: ReadonlySet<unknown>;
}

/** Settings that keep a shared charge point safe: only the agent changes them. */
const OWN_SETTINGS = new Set([
  'MeterValueSampleInterval',
  'MeterValuesSampledData',
  'StopTxnSampledData',
  'AllowOfflineTxForUnknownId',
  'LocalAuthorizeOffline',
  'LocalPreAuthorize',
  'LocalAuthListEnabled',
  'AuthorizationCacheEnabled',
  'StopTransactionOnInvalidId',
  'AuthorizeRemoteTxRequests',
  'SampledDataSignReadings',
  'SampledDataSignStartedReadings',
  'PublicKeyWithSignedMeterValue',
]);

/** Connector or EVSE of a command; 0 is the whole charge point. */
function connectorOf({ connectorId, evseId, evse }: Params): number {
  const { id } = (evse ?? {}) as Params;
  return Number(evseId ?? id ?? connectorId ?? 0);
}

const isBooked = ({ localAuthorization, chargePointId }: Grounds, params: Params): boolean =>
  localAuthorization.isBooked(chargePointId, connectorOf(params));

function isBookedTransaction({ memory, chargePointId }: Grounds, id: unknown): boolean {
  const transaction =
    typeof id === 'number' ? memory.transaction(id) : memory.transactionNamed(chargePointId, String(id));
  return transaction != null && transaction.bookingId !== null && !transaction.stopped;
}

const whileBooked =
  (status: string) =>
  (grounds: Grounds, params: Params): Params | null =>
    isBooked(grounds, params) ? { status } : null;

function setVariables(grounds: Grounds, { setVariableData }: Params): Params | null {
  if (!grounds.localAuthorization.isBooked(grounds.chargePointId, 0) || !Array.isArray(setVariableData))
    return null;
  const setVariableResult = (setVariableData as Params[]).map(({ component, variable }) => ({
    component,
    variable,
    attributeStatus: 'Rejected',
  }));
  return { setVariableResult };
}

type Filter = (grounds: Grounds, params: Params) => Params | null;

/** By action of OCPP 1.6 and 2.x: the refusal that the other central system gets, or null to pass. */
const FILTERS = new Map<string, Filter>([
  ['RemoteStartTransaction', whileBooked('Rejected')],
  ['RequestStartTransaction', whileBooked('Rejected')],
  ['SetChargingProfile', whileBooked('Rejected')],
  ['ClearChargingProfile', whileBooked('Unknown')],
  ['UnlockConnector', whileBooked('UnlockFailed')],
  ['ReserveNow', whileBooked('Occupied')],
  ['Reset', whileBooked('Rejected')],
  ['SignedUpdateFirmware', whileBooked('Rejected')],
  ['SetVariables', setVariables],
  [
    'ChangeAvailability',
    (grounds, params) =>
      isBooked(grounds, params) && (params.type ?? params.operationalStatus) === 'Inoperative'
        ? { status: 'Rejected' }
        : null,
  ],
  [
    'CancelReservation',
    ({ ownReservations }, { reservationId }) =>
      ownReservations.has(reservationId) ? { status: 'Rejected' } : null,
  ],
  [
    'ChangeConfiguration',
    (_grounds, { key }) => (OWN_SETTINGS.has(String(key)) ? { status: 'Rejected' } : null),
  ],
  [
    'UpdateFirmware',
    (grounds, { retrieveDate }) => {
      if (!isBooked(grounds, {})) return null;
      // The answer of OCPP 1.6 has no status.
      if (retrieveDate !== undefined) throw createRPCError('GenericError', 'A booking is under way.', {});
      return { status: 'Rejected' };
    },
  ],
]);

export type Verdict = { refusal: Params } | { pass: Params };

/**
 * Decides about a command: refused where it could break a booking, else passed with the charge point's own numbers.
 */
export function filterCommand(grounds: Grounds, action: string, params: Params): Verdict {
  if (action === 'RemoteStopTransaction') {
    const ownId = grounds.ids.ownIdOf(params.transactionId);
    if (ownId === undefined || isBookedTransaction(grounds, ownId))
      return { refusal: { status: 'Rejected' } };
    return { pass: { ...params, transactionId: ownId } };
  }
  if (action === 'RequestStopTransaction' && isBookedTransaction(grounds, params.transactionId)) {
    return { refusal: { status: 'Rejected' } };
  }
  const refusal = FILTERS.get(action)?.(grounds, params) ?? null;
  if (refusal !== null) return { refusal };
  const profile = params.csChargingProfiles as Params | undefined;
  if (profile?.transactionId === undefined) return { pass: params };
  const transactionId = grounds.ids.ownIdOf(profile.transactionId);
  if (transactionId === undefined) return { refusal: { status: 'Rejected' } };
  return { pass: { ...params, csChargingProfiles: { ...profile, transactionId } } };
}
